import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf, roundTop } from "../features/charts/scale.ts";
import { dayEnd } from "../features/director/days.ts";

for (const [value, top] of [
  [0, 1],
  [1, 1],
  [3, 4],
  [4, 4],
  [5, 10],
  [11, 20],
  [401, 1000],
] as const) {
  test(`an axis for ${value} ends at ${top}`, () => {
    assert.equal(roundTop(value), top);
  });
}

test("a value stands between the ends of its axis", () => {
  assert.equal(placeOf(0, 4, 132, 12), 132);
  assert.equal(placeOf(1, 4, 132, 12), 102);
  assert.equal(placeOf(4, 4, 132, 12), 12);
});

for (const [day, zone, end] of [
  ["2026-11-20", "Africa/Nairobi", "2026-11-20T21:00:00.000Z"],
  ["2026-11-20", "America/New_York", "2026-11-21T05:00:00.000Z"],
  ["2026-11-23", "Africa/Nairobi", "2026-11-23T12:00:00.000Z"],
  ["2027-01-01", "Africa/Nairobi", "2026-11-23T12:00:00.000Z"],
  ["yesterday", "Africa/Nairobi", null],
  ["2026-02-31", "Africa/Nairobi", null],
] as const) {
  test(`${day} in ${zone} is compared at ${end}`, () => {
    assert.equal(dayEnd(day, zone, new Date("2026-11-23T12:00:00Z")), end);
  });
}
