import assert from "node:assert/strict";
import { test } from "node:test";
import { evidenceOf } from "../features/insights/evidence.ts";

for (const [fact, found] of [
  ["missions:4b1d@3", { kind: "missions", href: "/missions/4b1d" }],
  ["habit-entries:4b1d/2026-11-20@1", { kind: "habit-entries", href: "/coaching" }],
  ["missions:../settings@1", { kind: "missions", href: "/missions/..%2Fsettings" }],
  ["toString:4b1d@1", null],
  ["quizzes:4b1d@1", null],
  ["missions:4b1d", null],
] as const) {
  test(`advice that rests on ${fact} leads to ${found?.href}`, () => {
    assert.deepEqual(evidenceOf(fact), found);
  });
}
