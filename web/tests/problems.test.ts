import assert from "node:assert/strict";
import { test } from "node:test";
import { isProblem, translateProblem } from "../server/problems.ts";

const SENTENCES = {
  failed: "Haikufaulu.",
  invalid: "Haijaandikwa inavyotakiwa.",
  throttled: "Umejaribu mara nyingi.",
  not_found: "Haipo.",
  too_long: "Ndefu mno.",
  fields: { url: { invalid: "Si anwani kamili." } },
};
const PROBLEM = {
  detail: "There is no such thing.",
  code: "not_found",
  errors: [
    { field: "name", code: "too_long", detail: "Over 80." },
    { field: "zone", code: "new_code", detail: "No zone." },
    { field: "url", code: "invalid", detail: "No URL." },
    { field: "url.0", code: "invalid", detail: "No URL." },
    { field: "name.2.url", code: "too_long", detail: "No URL." },
  ],
  request_id: "12345678",
};

test("a problem says what the language of the page has words for, and keeps the rest", () => {
  assert.deepEqual(translateProblem(PROBLEM, SENTENCES), {
    ...PROBLEM,
    detail: "Haipo.",
    errors: [
      { field: "name", code: "too_long", detail: "Ndefu mno." },
      { field: "zone", code: "new_code", detail: "Haijaandikwa inavyotakiwa." },
      { field: "url", code: "invalid", detail: "Si anwani kamili." },
      { field: "url.0", code: "invalid", detail: "Si anwani kamili." },
      { field: "name.2.url", code: "too_long", detail: "Ndefu mno." },
    ],
  });
});

test("a code without a sentence, and one that is no code, say that it failed", () => {
  for (const code of ["new_code", "fields", "toString"]) {
    assert.equal(translateProblem({ ...PROBLEM, code }, SENTENCES).detail, "Haikufaulu.");
  }
});

test("a field that every object has is no field of the catalogue", () => {
  for (const [field, code] of [
    ["__proto__", "constructor"],
    ["constructor", "name"],
  ] as const) {
    const errors = [{ field, code, detail: "" }];
    assert.equal(
      translateProblem({ ...PROBLEM, errors }, SENTENCES).errors[0]?.detail,
      "Haijaandikwa inavyotakiwa.",
    );
  }
});

test("a limit of tries says so, whatever its code", () => {
  assert.equal(translateProblem(PROBLEM, SENTENCES, 429).detail, "Umejaribu mara nyingi.");
});

test("what is no problem document is left alone", () => {
  assert.equal(isProblem(PROBLEM), true);
  for (const body of [null, 3, [], {}, { code: "x", detail: "y" }]) {
    assert.equal(isProblem(body), false);
  }
});
