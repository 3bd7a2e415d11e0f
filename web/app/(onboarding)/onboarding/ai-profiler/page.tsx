import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { profilingReadProgress, profilingStartSession } from "@/api/ai";
import {
  isSessionId,
  PROFILER,
  questionAddress,
  resultAddress,
} from "@/features/profiler/addresses";
import { Begin } from "@/features/profiler/Begin";
import { Finish } from "@/features/profiler/Finish";
import { Question } from "@/features/profiler/Question";
import { Refused } from "@/features/profiler/Refused";
import { homeOf } from "@/features/shell/Shell";
import { ai, load } from "@/server/caller";
import { me } from "@/server/me";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("profiler"))("title") };
}

/**
 * The question that is due in the session of the address. Without one the learner's open session goes
 * on, or one begins; who has a track is asked first.
 */
export default async function Profiler({ searchParams }: Properties) {
  const query = await searchParams;
  const id = isSessionId(query.session) ? query.session : null;
  const { track, role } = await me();
  if (role !== "learner") {
    redirect(homeOf(role));
  }
  if (!id && track) {
    return <Begin track={track} query={query} />;
  }
  const { data: progress, problem } = id
    ? await load(profilingReadProgress({ client: ai, path: { session_id: id } }))
    : await load(profilingStartSession({ client: ai }));
  if (problem) {
    return id && problem.status === 404 ? redirect(PROFILER) : <Refused problem={problem} />;
  }
  if (progress.status === "completed") {
    redirect(resultAddress(progress.session_id));
  }
  if (!id) {
    redirect(questionAddress(progress.session_id, progress.next_question?.id));
  }
  const isAnswered = progress.answers.some((one) => one.question_id === query.question);
  return progress.next_question || isAnswered ? (
    <Question progress={progress} query={query} />
  ) : (
    <Finish progress={progress} query={query} />
  );
}
