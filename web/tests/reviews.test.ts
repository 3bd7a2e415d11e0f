import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assessmentOf,
  bodyOf,
  fill,
  levels,
  openCriteria,
  sumOf,
  totalOf,
} from "../features/reviews/assessment.ts";
import { shareRange } from "../features/reviews/wilson.ts";

const CRITERIA = [
  { position: 1, title: "Every hole is found", description: "", max_points: 6 },
  { position: 2, title: "The mend holds", description: "", max_points: 3 },
];

test("a draft goes on where it was left, and only lines with points are sent", () => {
  const draft = {
    reviewer: 7,
    outcome: "" as const,
    marks: [{ criterion: 1, points: 4, max_points: 6, comment: "Nearly." }],
    comments: "Look at the export.",
    private_notes: "",
    saved_at: "2026-11-26T11:19:00Z",
  };
  const assessment = assessmentOf(CRITERIA, draft);
  assert.deepEqual(
    openCriteria(CRITERIA, assessment).map(({ title }) => title),
    ["The mend holds"],
  );
  assert.equal(sumOf(assessment), 4);
  assert.equal(totalOf(CRITERIA), 9);
  assert.deepEqual(bodyOf(assessment, "changes_requested"), {
    outcome: "changes_requested",
    marks: [{ criterion: 1, points: 4, comment: "Nearly." }],
    comments: "Look at the export.",
    private_notes: "",
  });
});

test("no points are points, and not an open line", () => {
  const marks = { 1: { points: 0, comment: "" }, 2: { points: 3, comment: "" } };
  assert.deepEqual(openCriteria(CRITERIA, { marks, comments: "", private_notes: "" }), []);
});

test("levels of few points are fewer", () => {
  assert.deepEqual(levels(6), [0, 2, 4, 6]);
  assert.deepEqual(levels(10), [0, 3, 7, 10]);
  assert.deepEqual(levels(1), [0, 1]);
});

test("a text keeps what has no value", () => {
  assert.equal(fill("{points} of {total}, {other}", { points: 0, total: 9 }), "0 of 9, {other}");
});

test("a share is given with its range", () => {
  assert.deepEqual(shareRange(86, 100), { low: 78, high: 91 });
  assert.deepEqual(shareRange(10, 10), { low: 72, high: 100 });
});
