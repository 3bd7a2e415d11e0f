import assert from "node:assert/strict";
import { test } from "node:test";
import type { Role } from "../api/core/index.ts";
import { tablesOf } from "../features/exports/kinds.ts";

const kindsOf = (role: Role, isOneCohort: boolean) =>
  tablesOf(role, isOneCohort).flatMap(({ kinds }) => kinds);

test("a role is offered its own tables alone", () => {
  assert.ok(kindsOf("director", false).every((kind) => kind.startsWith("director_")));
  assert.ok(kindsOf("sponsor", false).every((kind) => kind.startsWith("sponsor_")));
  assert.deepEqual(kindsOf("admin", false), [
    ...kindsOf("director", false),
    ...kindsOf("sponsor", false),
  ]);
  assert.deepEqual(kindsOf("learner", false), []);
});

test("the table that takes no cohort is not offered for one", () => {
  assert.deepEqual(kindsOf("sponsor", true), ["sponsor_seats"]);
  assert.deepEqual(kindsOf("director", true), kindsOf("director", false));
});
