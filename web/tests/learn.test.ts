import assert from "node:assert/strict";
import { test } from "node:test";
import type { Content, Progress, ProgressStatus } from "@/api/core";
import { Catalogue, ProgressBook } from "../features/learn/books.ts";
import { courseState, coursesByState } from "../features/learn/courses.ts";
import { itemBytes } from "../features/learn/textSizes.ts";

function item(content_id: string, changes: Partial<Content> = {}): Content {
  const content_type = changes.course_id ? "module" : "course";
  return { content_id, content_type, course_id: null, level: 1, ...changes } as Content;
}

const course = item("c");
const catalogue = new Catalogue([
  item("m2", { course_id: "c", position: 2 }),
  course,
  item("m1", { course_id: "c", position: 1 }),
  item("plain", { level: 3 }),
]);

function book(...rows: [string, ProgressStatus, string?][]): ProgressBook {
  return new ProgressBook(
    rows.map(([content_id, status, at = "2026-11-28T08:00:00Z"]) => {
      return { content_id, status, updated_at: at } as Progress;
    }),
  );
}

test("a course goes on with its first module that is not completed", () => {
  const state = courseState(course, catalogue, book(["m1", "completed"]));
  assert.deepEqual([state.done, state.of, state.next.content_id], [1, 2, "m2"]);
  assert.equal(state.isBegun, true);
});

test("a completed course covers its modules", () => {
  const state = courseState(course, catalogue, book(["c", "completed"]));
  assert.deepEqual([state.done, state.isCompleted, state.isBegun], [2, true, false]);
});

test("courses stand on the shelf of how far they are, the last one read first", () => {
  const found = coursesByState(
    catalogue,
    book(["m1", "in_progress", "2026-11-27T08:00:00Z"], ["plain", "in_progress"]),
  );
  assert.deepEqual(
    found.begun.map((state) => state.course.content_id),
    ["plain", "c"],
  );
  assert.deepEqual([found.done, found.ahead], [[], []]);
});

test("what was only looked at is not begun", () => {
  const { ahead } = coursesByState(catalogue, book(["c", "not_started"]));
  assert.deepEqual(
    ahead.map((state) => state.course.content_id),
    ["c", "plain"],
  );
});

test("a course weighs as much as its own text and those of its modules", () => {
  const sizes = new Map([
    ["c", 100],
    ["m1", 2000],
    ["plain", 7],
  ]);
  const bytes = ["c", "m1", "plain"].map((id) => itemBytes(item(id), catalogue, sizes));
  assert.deepEqual(bytes, [2100, 2000, 7]);
  assert.equal(itemBytes(item("m2"), null, sizes), 0);
});
