import assert from "node:assert/strict";
import { test } from "node:test";
import { quotesOf, uncovered } from "../features/suggestions/evidence.ts";

const span = (start: number, end: number, criterion: number | null = null) => ({
  artifact_id: "a",
  start,
  end,
  criterion,
});

test("a quote is what ai means, which counts characters and not UTF-16 units", () => {
  assert.deepEqual(quotesOf([span(2, 5)], new Map([["a", "🔑 key"]])), ["key"]);
});

test("a passage is quoted once, and one of an unknown text not at all", () => {
  assert.deepEqual(quotesOf([span(0, 3), span(0, 3)], new Map([["a", "key"]])), ["key"]);
  assert.deepEqual(quotesOf([span(0, 3)], new Map()), []);
});

test("a long passage is shortened", () => {
  const [quote] = quotesOf([span(0, 500)], new Map([["a", "x".repeat(500)]]));
  assert.equal(quote, `${"x".repeat(400)}…`);
});

test("what no passage is about is named", () => {
  const aims = new Map([
    [1, "Rules"],
    [2, "Evidence"],
  ]);
  assert.deepEqual(uncovered(aims, [span(0, 3, 2)]), ["Rules"]);
});
