import type { Mission, Submission, SubmissionState } from "@/api/core";

const UNDER_WAY: readonly SubmissionState[] = ["draft", "submitted", "in_review"];

/** Where a learner is with a mission. */
export interface Standing {
  /** The attempt under way, if there is one. */
  open: Submission | null;
  /** The newest one that was not withdrawn. */
  latest: Submission | null;
  /** Those before the newest, the newest first. */
  earlier: Submission[];
  /** Null without a limit. */
  left: number | null;
  canStart: boolean;
  /** Whether a new attempt makes requested changes, and counts against no limit. */
  makesChanges: boolean;
}

/** `submissions` are all of the learner's attempts at the mission, oldest first. */
export function standingOf(mission: Mission, submissions: Submission[]): Standing {
  const counted = submissions.filter(({ state }) => state !== "withdrawn");
  const latest = counted.at(-1) ?? null;
  const open = latest && UNDER_WAY.includes(latest.state) ? latest : null;
  const used = counted.filter(({ previous }) => previous === null).length;
  const left = mission.max_attempts === null ? null : Math.max(0, mission.max_attempts - used);
  const makesChanges = latest?.state === "changes_requested";
  return {
    open,
    latest,
    earlier: submissions.filter((one) => one !== latest).reverse(),
    left,
    canStart: mission.state === "published" && !open && (makesChanges || left !== 0),
    makesChanges,
  };
}

/** Whether work is no longer taken. */
export function isClosed(mission: Mission, until: string | null, now: number): boolean {
  if (!mission.due_at || mission.late_policy !== "refuse") {
    return false;
  }
  const due = Math.max(Date.parse(mission.due_at), until ? Date.parse(until) : 0);
  return now > due + mission.late_grace_minutes * 60_000;
}
