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
import {
  allPages,
  type ListResult,
  ownProgress,
  type ReadResult,
} from "@/features/learn/catalogue";
import { core, load } from "@/server/caller";

const MOST = 5;

/** Work of the learner's that a mentor has, or gave back for changes. */
export interface WorkInReview {
  mission: Mission;
  submission: Submission;
  /** Null for work that was given back. */
  wait: Wait | null;
}

/** Of the missions that are in progress, the newest first. */
export const submissions = cache(async (): Promise<ListResult<WorkInReview>> => {
  const own = await ownProgress();
  if (!own.data) {
    return own;
  }
  const begun = own.data.rows.filter(isBegunMission).sort(newestFirst).slice(0, MOST);
  if (begun.length === 0) {
    return { data: [] };
  }
  const missions = await allPages((page) => load(missionsList({ client: core, query: page })));
  if (!missions.data) {
    return missions;
  }
  const offered = missions.data;
  const found = begun.flatMap(
    ({ content_id }) => offered.find((one) => one.content_id === content_id) ?? [],
  );
  const sent: WorkInReview[] = [];
  for (const one of await Promise.all(found.map(sentOf))) {
    if (one?.problem) {
      return one;
    }
    if (one) {
      sent.push(one.data);
    }
  }
  return { data: sent };
});

export function newestFirst(one: Progress, other: Progress): number {
  return other.updated_at.localeCompare(one.updated_at);
}

function isBegunMission({ content_type, status }: Progress): boolean {
  return content_type === "mission" && status === "in_progress";
}

/** Null for a mission whose work neither waits nor came back. */
async function sentOf(mission: Mission): Promise<ReadResult<WorkInReview> | null> {
  const path = { mission_id: mission.id };
  const list = await load(submissionsList({ client: core, path, query: { page_size: 100 } }));
  if (!list.data) {
    return list;
  }
  const submission = list.data.results.at(-1);
  if (submission?.state === "changes_requested") {
    return { data: { mission, submission, wait: null } };
  }
  if (submission?.state !== "submitted" && submission?.state !== "in_review") {
    return null;
  }
  const waiting = { submission_id: submission.id };
  const wait = await load(submissionsReadWait({ client: core, path: waiting }));
  return wait.data ? { data: { mission, submission, wait: wait.data } } : wait;
}
