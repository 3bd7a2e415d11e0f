import assert from "node:assert/strict";
import { test } from "node:test";
import { isSampled, open, remember, take } from "../client/listViews.ts";

test("one list in four is reported", () => {
  assert.equal(isSampled(0.24), true);
  assert.equal(isSampled(0.25), false);
});

test("a batch has each list once, with what was opened of it", () => {
  remember("a", "home", [
    { contentId: "course-1", place: 1 },
    { contentId: "course-2", place: 3 },
  ]);
  remember("b", "search", [{ contentId: "course-1", place: 1 }]);
  open("a", "course-2");
  open("a", "course-9");
  open("unknown", "course-1");
  assert.deepEqual(take(), [
    {
      view_id: "a",
      surface: "home",
      items: [
        { content_id: "course-1", place: 1, opened: false },
        { content_id: "course-2", place: 3, opened: true },
      ],
    },
    {
      view_id: "b",
      surface: "search",
      items: [{ content_id: "course-1", place: 1, opened: false }],
    },
  ]);
  assert.deepEqual(take(), []);
});

test("a batch is not larger than core takes", () => {
  for (let number = 0; number < 30; number += 1) {
    remember(`${number}`, "home", [{ contentId: "course-1", place: 1 }]);
  }
  assert.equal(take().length, 20);
});
