import "server-only";
import { cache } from "react";
import { type RecommendationResponse, recommendationsList } from "@/api/ai";
import { type Content, feedbackList, type Track, type Verdict } from "@/api/core";
import { catalogue, type ListResult, readContent } from "@/features/learn/catalogue";
import { ai, core, type LoadResult, load } from "@/server/caller";

const LISTED = 4; // the next step and three more

/** The courses on offer in a track. */
export async function coursesOf(track: Track): Promise<ListResult<Content>> {
  const { data, problem } = await catalogue();
  return data ? { data: data.courses.filter((one) => one.track === track) } : { problem };
}

/** One item, retired ones too; null while it is not known. */
export async function item(id: string): Promise<Content | null> {
  return (await readContent(id)).data ?? null;
}

export const recommended = cache(async (): Promise<LoadResult<RecommendationResponse>> => {
  return load(recommendationsList({ client: ai, query: { limit: LISTED } }));
});

/** What the learner said about items; empty while it is not known. */
export const verdicts = cache(async (): Promise<Map<string, Verdict>> => {
  const { data } = await load(feedbackList({ client: core, query: { page_size: 100 } }));
  return new Map(data?.results.map(({ content_id, verdict }) => [content_id, verdict]));
});

/** Courses, modules and missions have one address. */
export { hrefOf as itemAddress } from "@/features/learn/courses";
