import "server-only";
import { cache } from "react";
import {
  extensionsList,
  missionsListHints,
  missionsRead,
  missionsReadFlag,
  submissionsList,
} from "@/api/core";
import { allPages } from "@/features/learn/catalogue";
import { core, load } from "@/server/caller";

export const readMission = cache(async (missionId: string) =>
  load(missionsRead({ client: core, path: { mission_id: missionId } })),
);

/** The caller's attempts at a mission, oldest first. */
export const attemptsAt = cache(async (missionId: string) => {
  const path = { mission_id: missionId };
  return allPages((query) => load(submissionsList({ client: core, path, query })));
});

export async function hintsOf(missionId: string) {
  return load(missionsListHints({ client: core, path: { mission_id: missionId } }));
}

export async function flagOf(missionId: string) {
  return load(missionsReadFlag({ client: core, path: { mission_id: missionId } }));
}

/** The caller's own due time for a mission, if they were given one. */
export async function extensionOf(missionId: string, userId: number): Promise<string | null> {
  const query = { page_size: 100 };
  const listed = await load(
    extensionsList({ client: core, path: { mission_id: missionId }, query }),
  );
  return listed.data?.results.find(({ user }) => user === userId)?.until ?? null;
}
