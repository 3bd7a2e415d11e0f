import "server-only";
import { cache } from "react";
import { missionsReadRubric, type Review, reviewsList } from "@/api/core";
import { core, load } from "@/server/caller";

/** The decided reviews of an attempt, the last first; empty where that is not known. */
export const reviewsOf = cache(async (submissionId: string): Promise<Review[]> => {
  const path = { submission_id: submissionId };
  const { data } = await load(reviewsList({ client: core, path, query: { page_size: 20 } }));
  return [...(data?.results ?? [])].sort((one, other) =>
    other.decided_at.localeCompare(one.decided_at),
  );
});

export const rubricOf = cache(async (missionId: string, version: number) => {
  const path = { mission_id: missionId };
  return load(
    missionsReadRubric({ client: core, path, ...(version > 0 && { query: { version } }) }),
  );
});
