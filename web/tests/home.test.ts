import assert from "node:assert/strict";
import { test } from "node:test";
import type { Action, ActionKind, OverviewProgram } from "@/api/core";
import { addressOf, dueSoon, otherActions } from "../features/home/steps.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");

function action(kind: ActionKind, subject: string, due_at: string | null = null): Action {
  return { kind, subject, title: "", due_at };
}

for (const [due, found] of [
  ["2026-11-23T11:59:00Z", false],
  ["2026-11-23T12:00:00Z", true],
  ["2026-11-30T12:00:00Z", true],
  ["2026-11-30T12:01:00Z", false],
  [null, false],
] as const) {
  test(`what is due ${due} is ${found ? "" : "not "}the next step`, () => {
    const one = action("change_work", "a", due);
    assert.equal(dueSoon([one], NOW), found ? one : null);
  });
}

test("what is due soon comes before what is past", () => {
  const late = action("finish_draft", "a", "2026-11-01T00:00:00Z");
  const soon = action("pay", "b", "2026-11-24T00:00:00Z");
  assert.equal(dueSoon([late, soon, action("next_item", "c")], NOW), soon);
});

test("an action leads to the page where it is done", () => {
  const programs = [{ enrolment: "e", cohort: "c" } as OverviewProgram];
  const addresses = [
    action("pay", "e"),
    action("accept_offer", "other"),
    action("confirm_session", "s"),
    action("finish_draft", "m"),
    action("next_item", "web?basics"),
  ].map((one) => addressOf(one, programs));
  assert.deepEqual(addresses, [
    "/cohorts/c",
    "/cohorts",
    "/mentorship/sessions",
    "/missions/m",
    "/learn/web%3Fbasics",
  ]);
});

test("the next step and what stands twice are not listed again", () => {
  const [a, b] = [action("change_work", "a"), action("next_item", "b")];
  const step = { id: "a", title: "A" };
  assert.deepEqual(otherActions([a, b, action("finish_draft", "b")], step), [b]);
  assert.deepEqual(otherActions([{ ...action("finish_draft", "m"), title: "A" }, b], step), [b]);
  assert.deepEqual(otherActions([a, b], null), [a, b]);
});
