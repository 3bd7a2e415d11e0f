import "server-only";
import { cache } from "react";
import { type RecommendationResponse, recommendationsList } from "@/api/ai";
import {
  type Content,
  contentList,
  contentRead,
  feedbackList,
  type Progress,
  progressList,
  type Track,
  type Verdict,
} from "@/api/core";
import { ai, core, got } from "@/server/caller";
import { allRows, type Known } from "./rows";

const LISTED = 4; // the next step and three more

/** All that the learner reported or had confirmed, the newest first. */
export const ownProgress = cache(async (): Promise<Known<Progress[]>> => {
  const rows = await allRows((page) => got(progressList({ client: core, query: page })));
  return rows.data
    ? { data: rows.data.sort((one, other) => other.updated_at.localeCompare(one.updated_at)) }
    : rows;
});

/** What is on offer in a track. */
export const trackItems = cache(async (track: Track): Promise<Known<Content[]>> => {
  return allRows((page) => got(contentList({ client: core, query: { ...page, track } })));
});

export const item = cache(async (id: string): Promise<Content | null> => {
  const { data } = await got(contentRead({ client: core, path: { content_id: id } }));
  return data ?? null;
});

export const recommended = cache(async (): Promise<Known<RecommendationResponse>> => {
  return got(recommendationsList({ client: ai, query: { limit: LISTED } }));
});

/** What the learner said about items; empty while it is not known. */
export const verdicts = cache(async (): Promise<Map<string, Verdict>> => {
  const { data } = await got(feedbackList({ client: core, query: { page_size: 100 } }));
  return new Map(data?.results.map(({ content_id, verdict }) => [content_id, verdict]));
});

/** Courses, modules and missions have one address. */
export function itemAddress(id: string): string {
  return `/learn/${encodeURIComponent(id)}`;
}
