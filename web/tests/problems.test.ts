import assert from "node:assert/strict";
import { test } from "node:test";
import { inWords, isProblem } from "../server/problems.ts";

const PROBLEM = {
  detail: "There is no such thing.",
  code: "not_found",
  errors: [
    { field: "name", code: "too_long", detail: "Over 80." },
    { field: "zone", code: "new_code", detail: "No zone." },
  ],
  request_id: "12345678",
};

test("a problem says what the language of the page has words for, and keeps the rest", () => {
  assert.deepEqual(inWords(PROBLEM, { not_found: "Haipo.", too_long: "Ndefu mno." }), {
    ...PROBLEM,
    detail: "Haipo.",
    errors: [
      { field: "name", code: "too_long", detail: "Ndefu mno." },
      { field: "zone", code: "new_code", detail: "No zone." },
    ],
  });
});

test("what is no problem document is left alone", () => {
  assert.equal(isProblem(PROBLEM), true);
  for (const body of [null, 3, [], {}, { code: "x", detail: "y" }]) {
    assert.equal(isProblem(body), false);
  }
});
