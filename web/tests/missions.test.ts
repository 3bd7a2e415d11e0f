import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mission, Submission, SubmissionState } from "@/api/core";
import { isClosed, standingOf } from "../features/missions/attempts.ts";

const mission = {
  state: "published",
  max_attempts: 2,
  due_at: "2026-11-28T12:00:00Z",
  late_policy: "refuse",
  late_grace_minutes: 10,
} as Mission;

type Attempt = SubmissionState | readonly [SubmissionState, string];

function attempts(...states: readonly Attempt[]): Submission[] {
  return states.map((one, place) => {
    const [state, previous] = typeof one === "string" ? [one, null] : one;
    return { id: `${place + 1}`, attempt: place + 1, state, previous } as Submission;
  });
}

for (const [states, left, canStart] of [
  [[], 2, true],
  [["draft"], 1, false],
  [["failed"], 1, true],
  [["failed", "withdrawn"], 1, true],
  [["failed", "passed"], 0, false],
  [["failed", "changes_requested"], 0, true],
  [["changes_requested", ["in_review", "1"]], 1, false],
  [["passed"], 1, true],
] as const) {
  test(`after ${JSON.stringify(states)} there are ${left} attempts left`, () => {
    const all = attempts(...states);
    const standing = standingOf(mission, all);
    assert.equal(standing.left, left);
    assert.equal(standing.canStart, canStart);
  });
}

test("an attempt that was taken back is not the newest one", () => {
  const standing = standingOf(mission, attempts("failed", "withdrawn"));
  assert.equal(standing.latest?.id, "1");
  assert.deepEqual(
    standing.earlier.map(({ id }) => id),
    ["2"],
  );
});

test("work is taken until the grace is over, or an own later time", () => {
  const at = (time: string) => Date.parse(`2026-11-28T${time}:00Z`);
  assert.equal(isClosed(mission, null, at("12:09")), false);
  assert.equal(isClosed(mission, null, at("12:11")), true);
  assert.equal(isClosed(mission, "2026-11-28T13:00:00Z", at("12:11")), false);
  assert.equal(isClosed({ ...mission, late_policy: "accept" }, null, at("18:00")), false);
});
