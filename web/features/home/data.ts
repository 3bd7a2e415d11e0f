import "server-only";
import { cache } from "react";
import type { RecommendationResponse } from "@/api/ai";
import {
  type Content,
  feedbackList,
  type StudentOverview,
  studentOverview,
  type Track,
  type Verdict,
} from "@/api/core";
import {
  catalogue,
  type ListResult,
  type ReadResult,
  readContent,
} from "@/features/learn/catalogue";
import { AWAY, core, type LoadResult, load } from "@/server/caller";

/** The learner's programs, actions, habits, events and reviews, and ai's list. */
export const overview = cache(async (): Promise<LoadResult<StudentOverview>> => {
  return load(studentOverview({ client: core }));
});

/** The courses on offer in a track. */
export async function coursesOf(track: Track): Promise<ListResult<Content>> {
  const { data, problem } = await catalogue();
  return data ? { data: data.courses.filter((one) => one.track === track) } : { problem };
}

/** One item, retired ones too; null while it is not known. */
export async function item(id: string): Promise<Content | null> {
  return (await readContent(id)).data ?? null;
}

/** ai's list, which core passes on as it is. */
export async function recommended(): Promise<ReadResult<RecommendationResponse>> {
  const { data, problem } = await overview();
  if (problem) {
    return { problem };
  }
  const list = data.ai.recommendations as RecommendationResponse | null;
  return list ? { data: list } : { problem: AWAY };
}

/** What the learner said about items; empty while it is not known. */
export const verdicts = cache(async (): Promise<Map<string, Verdict>> => {
  const { data } = await load(feedbackList({ client: core, query: { page_size: 100 } }));
  return new Map(data?.results.map(({ content_id, verdict }) => [content_id, verdict]));
});

/** Courses, modules and missions have one address. */
export { hrefOf as itemAddress } from "@/features/learn/courses";
