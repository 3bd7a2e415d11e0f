import assert from "node:assert/strict";
import { test } from "node:test";
import type { CurriculumStep } from "../api/ai/index.ts";
import { durationOf } from "../features/curriculum/duration.ts";
import { pathLayout } from "../features/curriculum/layout.ts";
import { askedRole } from "../features/curriculum/roles.ts";

const step = (content_id: string, minutes: number, ...requires: string[]): CurriculumStep =>
  ({ content_id, minutes, requires }) as unknown as CurriculumStep;

test("steps follow each other on the line of time, with lines from what they require", () => {
  const { bars, width } = pathLayout([step("a", 60), step("b", 180, "a", "gone"), step("c", 60)]);
  assert.deepEqual(
    bars.map(({ number, x, width, isOpen }) => [number, x, width, isOpen]),
    [
      [1, 28, 60, true],
      [2, 88, 180, false],
      [3, 268, 60, true],
    ],
  );
  assert.deepEqual(
    bars.map(({ lines }) => lines),
    [[], ["M88 36V64H88"], []],
  );
  assert.equal(Math.max(...bars.map((bar) => bar.x + bar.width)), width);
});

test("a short step is still seen", () => {
  const [short] = pathLayout([step("a", 1), step("b", 5999)]).bars;
  assert.equal(short?.width, 3);
});

for (const [minutes, unit, count] of [
  [90, "minutes", 90],
  [120, "hours", 2],
  [400, "hours", 6.5],
] as const) {
  test(`${minutes} minutes are ${count} ${unit}`, () => {
    assert.deepEqual(durationOf(minutes), { unit, count });
  });
}

for (const [text, role] of [
  ["builders", "builders"],
  ["nice:PD-WRL-003", "nice:PD-WRL-003"],
  ["everybody", undefined],
  ["<b>:x", undefined],
  [undefined, undefined],
] as const) {
  test(`the address that asks for ${text} asks for the role ${role}`, () => {
    assert.equal(askedRole(text), role);
  });
}
