import assert from "node:assert/strict";
import { test } from "node:test";
import { addDays, isWithin, mondayOf, todayOf, weekdayOf } from "../client/days.ts";
import { beginOf, byDay, weekOf } from "../features/calendar/eventDays.ts";
import { zoneGroups, zoneNames } from "../features/settings/zones.ts";

const HALF_PAST_THREE = new Date("2026-11-28T00:30:00Z"); // in Nairobi

test("before the hour at which the day starts it is still the day before", () => {
  const clock = { time_zone: "Africa/Nairobi", day_start_hour: 4 };
  assert.equal(todayOf(clock, HALF_PAST_THREE), "2026-11-27");
  assert.equal(todayOf({ ...clock, day_start_hour: 3 }, HALF_PAST_THREE), "2026-11-28");
});

test("a week begins on Monday, over the ends of months and years", () => {
  assert.equal(mondayOf("2027-01-03"), "2026-12-28");
  assert.equal(addDays("2028-02-28", 2), "2028-03-01");
  assert.equal(weekdayOf("2026-11-29"), 7);
});

test("a pause without a last day lasts", () => {
  const pause = { first_day: "2026-11-20", last_day: null };
  assert.equal(isWithin("2026-11-19", pause), false);
  assert.equal(isWithin("2027-01-01", pause), true);
  assert.equal(isWithin("2026-11-21", { ...pause, last_day: "2026-11-20" }), false);
});

test("an address with a malformed week shows this week", () => {
  for (const wanted of [undefined, "2026-13-40", "soon", "2026-11-28T00:00:00Z"]) {
    assert.equal(weekOf(wanted, "2026-11-28"), "2026-11-23");
  }
  assert.equal(weekOf("2026-12-06", "2026-11-28"), "2026-11-30");
});

for (const [date, zone, begin] of [
  ["2026-11-28", "Africa/Nairobi", "2026-11-27T21:00:00.000Z"],
  ["2026-03-29", "Europe/Paris", "2026-03-28T23:00:00.000Z"],
  ["2026-03-30", "Europe/Paris", "2026-03-29T22:00:00.000Z"],
  ["2026-10-25", "Europe/Paris", "2026-10-24T22:00:00.000Z"],
  ["2026-11-28", "Pacific/Apia", "2026-11-27T11:00:00.000Z"],
] as const) {
  test(`${date} begins in ${zone} at ${begin}`, () => {
    assert.equal(beginOf(date, zone).toISOString(), begin);
  });
}

test("an event over midnight stands on both days, one that ends at midnight on one", () => {
  const over = { starts_at: "2026-11-24T20:00:00Z", ends_at: "2026-11-24T22:00:00Z" };
  const until = { starts_at: "2026-11-24T18:00:00Z", ends_at: "2026-11-24T21:00:00Z" };
  const days = byDay([over, until], "2026-11-23", "Africa/Nairobi");
  const counts = days.map(({ events }) => events.length);
  assert.deepEqual(counts, [0, 2, 1, 0, 0, 0, 0]);
});

test("each time zone can be chosen, the present one too where it has another name now", () => {
  const names = zoneGroups(zoneNames("Asia/Calcutta")).flatMap(({ zones }) =>
    zones.map(({ name }) => name),
  );
  for (const name of ["Africa/Nairobi", "Asia/Calcutta", "UTC"]) {
    assert.equal(names.filter((one) => one === name).length, 1);
  }
});
