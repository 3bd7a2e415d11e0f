import assert from "node:assert/strict";
import { test } from "node:test";
import { routeOf } from "../server/routing.ts";

for (const [path, to] of [
  ["users/me/", "core"],
  ["recommendations", "ai"],
  ["recommendationsx", "core"],
  ["profiling/start", "ai"],
  ["profiling/sessions/1/", null],
  ["internal/versions/users/", null],
  ["users/7/view-as/", null],
  ["users/7/view-as-not/", "core"],
  ["auth/tokens/", "core"],
  ["auth/token/refresh/", null],
  ["student/coaching/overview", "ai"],
  ["curriculum/path", "ai"],
  ["ai/missions/recommended", "ai"],
] as const) {
  test(`${path} leads to ${to}`, () => assert.equal(routeOf(path).to, to));
}

test("log-ins keep their tokens in the session", () => {
  assert.equal(routeOf("auth/login/second-factor/").signsIn, true);
  assert.equal(routeOf("users/me/").signsIn, undefined);
});
