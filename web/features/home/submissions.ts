import "server-only";
import { cache } from "react";
import {
  type Mission,
  missionsList,
  type Progress,
  type Submission,
  submissionsList,
  submissionsReadWait,
  type Wait,
} from "@/api/core";
import { allPages, type Listed, ownProgress } from "@/features/learn/catalogue";
import { core, got } from "@/server/caller";

const MOST = 5;

/** Work of the learner's that a mentor has, or gave back for changes. */
export interface Sent {
  mission: Mission;
  submission: Submission;
  /** Null for work that was given back. */
  wait: Wait | null;
}

/** Of the missions that are in progress, the newest first. */
export const submissions = cache(async (): Promise<Listed<Sent>> => {
  const own = await ownProgress();
  if (!own.data) {
    return own;
  }
  const begun = own.data.rows.filter(isBegunMission).sort(newestFirst).slice(0, MOST);
  if (begun.length === 0) {
    return { data: [] };
  }
  const missions = await allPages((page) => got(missionsList({ client: core, query: page })));
  if (!missions.data) {
    return missions;
  }
  const offered = missions.data;
  const found = begun.flatMap(
    ({ content_id }) => offered.find((one) => one.content_id === content_id) ?? [],
  );
  const sent = await Promise.all(found.map(sentOf));
  return { data: sent.filter((one) => one !== null) };
});

export function newestFirst(one: Progress, other: Progress): number {
  return other.updated_at.localeCompare(one.updated_at);
}

function isBegunMission({ content_type, status }: Progress): boolean {
  return content_type === "mission" && status === "in_progress";
}

async function sentOf(mission: Mission): Promise<Sent | null> {
  const path = { mission_id: mission.id };
  const { data } = await got(submissionsList({ client: core, path, query: { page_size: 100 } }));
  const submission = data?.results.at(-1);
  if (submission?.state === "changes_requested") {
    return { mission, submission, wait: null };
  }
  if (submission?.state !== "submitted" && submission?.state !== "in_review") {
    return null;
  }
  const waiting = { submission_id: submission.id };
  const { data: wait } = await got(submissionsReadWait({ client: core, path: waiting }));
  return wait ? { mission, submission, wait } : null;
}
