import assert from "node:assert/strict";
import { test } from "node:test";
import { itemsOf } from "../features/portfolio/items.ts";

const work = (submission: string) => ({ work: { submission }, certificate: null }) as never;
const held = (certificate: string) => ({ work: null, certificate: { certificate } }) as never;

function fields(...entries: [string, string][]): FormData {
  const found = new FormData();
  for (const [name, value] of entries) {
    found.append(name, value);
  }
  return found;
}

test("what is shown already keeps its place, and what is new comes after it", () => {
  const portfolio = { items: [held("c1"), work("w2")] };
  const chosen = fields(["work", "w1"], ["work", "w2"], ["with-work", "w2"], ["certificate", "c1"]);
  assert.deepEqual(itemsOf(chosen, portfolio), [
    { certificate: "c1" },
    { submission: "w2", shows_work: true },
    { submission: "w1", shows_work: false },
  ]);
});

test("what was handed in is not shown of work that is not chosen", () => {
  assert.deepEqual(itemsOf(fields(["with-work", "w1"]), { items: [] }), []);
});
