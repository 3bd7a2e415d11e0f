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
  const listed = new Set(["w1", "w2", "c1"]);
  assert.deepEqual(itemsOf(chosen, portfolio, listed), [
    { certificate: "c1" },
    { submission: "w2", shows_work: true },
    { submission: "w1", shows_work: false },
  ]);
});

test("what was handed in is not shown of work that is not chosen", () => {
  assert.deepEqual(itemsOf(fields(["with-work", "w1"]), { items: [] }, new Set(["w1"])), []);
});

test("what the portfolio shows and the form does not list stays as it is", () => {
  const shown = { work: { submission: "w9", shows_work: true }, certificate: null } as never;
  const portfolio = { items: [shown, held("c1")] };
  assert.deepEqual(itemsOf(fields(), portfolio, new Set(["c1"])), [
    { submission: "w9", shows_work: true },
  ]);
});
