import assert from "node:assert/strict";
import { test } from "node:test";
import type { Found } from "@/api/ai";
import { nearness, sharedWords } from "../features/search/fit.ts";
import { FEW, searchHref, searchQuery } from "../features/search/query.ts";

test("a malformed address searches without what is malformed", () => {
  const query = searchQuery({ q: "  ports ", type: "book", track: "builders", level: "9" });
  assert.deepEqual(query, {
    q: "ports",
    type: undefined,
    track: "builders",
    level: undefined,
    limit: FEW,
  });
});

test("the address of a search says all of it", () => {
  const query = searchQuery({ q: "a & b", type: "mission", level: "2", more: "1" });
  assert.equal(searchHref(query), "/search?q=a+%26+b&type=mission&level=2&more=1");
});

test("a reason names the words of the question that stand in the result", () => {
  const found = {
    title: "Recognise Phishing",
    description: "What a forged message looks like.",
    skills: ["social-engineering"],
  } as unknown as Found;
  assert.deepEqual(sharedWords("How do I recognise PHISHING, engineering?", found), [
    "recognise",
    "phishing",
    "engineering",
  ]);
  assert.deepEqual(sharedWords("je, ninawezaje", found), []);
});

for (const [score, word] of [
  [0.7, "near"],
  [0.4, "partly"],
  [0.1, "far"],
] as const) {
  test(`a similarity of ${score} is ${word}`, () => assert.equal(nearness(score), word));
}
