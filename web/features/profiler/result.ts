import "server-only";
import {
  type ProfilingResults,
  profilingListQuestions,
  profilingListResults,
  profilingReadProgress,
  profilingReadResults,
  type QuestionShown,
  type TrackMatch,
} from "@/api/ai";
import { ai, type LoadResult, load } from "@/server/caller";

const NORMAL_95 = 1.96;

export interface Range {
  low: number;
  high: number;
}

/** Where the score would lie 95 times of 100; null where that was not recorded. */
export function rangeOf({ score, standard_error }: TrackMatch): Range | null {
  if (standard_error === null) {
    return null;
  }
  const half = NORMAL_95 * standard_error;
  return { low: Math.max(0, score - half), high: Math.min(100, score + half) };
}

/** The session of the learner's newest result; null if there is none. */
export async function newestResult(): Promise<LoadResult<string | null>> {
  const { data, ...rest } = await load(profilingListResults({ client: ai }));
  return data
    ? { data: data.results[0]?.session_id ?? null, response: rest.response as Response }
    : (rest as LoadResult<string | null>);
}

/** What the questions of a result are: their texts, and how-many-th each was. */
export interface AskedQuestions {
  question: (id: string) => QuestionShown | undefined;
  number: (id: string) => number | null;
}

/** A result with its questions, which may be unknown while their service is away. */
export async function readResult(
  session: string,
): Promise<LoadResult<{ results: ProfilingResults; asked: AskedQuestions }>> {
  const path = { session_id: session };
  const [results, progress] = await Promise.all([
    load(profilingReadResults({ client: ai, path })),
    load(profilingReadProgress({ client: ai, path })),
  ]);
  if (results.problem) {
    return results;
  }
  const query = { questionnaire: results.data.questionnaire as "v1" | "v2" };
  const questions = await load(profilingListQuestions({ client: ai, query }));
  const asked: AskedQuestions = {
    question: (id) => questions.data?.questions.find((one) => one.id === id),
    number: (id) => {
      const place = progress.data?.answers.findIndex((one) => one.question_id === id) ?? -1;
      return place < 0 ? null : place + 1;
    },
  };
  return { data: { results: results.data, asked }, response: results.response };
}
