import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf, inputOf } from "../features/actions/body.ts";
import { instantOf } from "../features/actions/instants.ts";

function form(fields: [string, string][]): FormData {
  const data = new FormData();
  for (const [name, value] of fields) {
    data.append(name, value);
  }
  return data;
}

test("a time of a zone's clock is an instant, in summer and in winter", () => {
  assert.equal(instantOf("2026-12-01T17:00", "Africa/Nairobi"), "2026-12-01T14:00:00.000Z");
  assert.equal(instantOf("2026-12-01T17:00", "Europe/London"), "2026-12-01T17:00:00.000Z");
  assert.equal(instantOf("2026-07-01T17:00", "Europe/London"), "2026-07-01T16:00:00.000Z");
  assert.equal(instantOf("2026-03-29T00:30", "Europe/London"), "2026-03-29T00:30:00.000Z");
});

test("fields become what the API takes", () => {
  const data = form([
    ["title", " Kick-off "],
    ["seats", "12"],
    ["code", ""],
    ["until", ""],
    ["pools", "paid"],
    ["pools", "sponsored"],
    ["links", "https://a.example\n\n https://b.example "],
    ["skills", "logs, linux,"],
    ["starts_at", "2026-12-01T17:00"],
  ]);
  const shape = {
    title: "text",
    seats: "number",
    code: "optional",
    until: "nullable",
    pools: "list",
    links: "lines",
    skills: "words",
    dry_run: "checked",
    starts_at: { zone: "Africa/Nairobi" },
    ends_at: { zone: "Africa/Nairobi" },
  } as const;
  assert.deepEqual(bodyOf(data, shape), {
    title: "Kick-off",
    seats: 12,
    until: null,
    pools: ["paid", "sponsored"],
    links: ["https://a.example", "https://b.example"],
    skills: ["logs", "linux"],
    dry_run: false,
    starts_at: "2026-12-01T14:00:00.000Z",
  });
});

test("a row without what it needs is left out", () => {
  const data = form([
    ["rules.0.weekday", "0"],
    ["rules.0.starts", "17:00"],
    ["rules.1.weekday", ""],
    ["rules.1.starts", "09:00"],
    ["rules.2.weekday", "6"],
    ["rules.2.starts", "10:00"],
  ]);
  const rows = { weekday: "number", starts: "text" } as const;
  assert.deepEqual(bodyOf(data, { rules: { rows, needs: "weekday" } }), {
    rules: [
      { weekday: 0, starts: "17:00" },
      { weekday: 6, starts: "10:00" },
    ],
  });
});

test("a field of the body leads to the input that it came from", () => {
  const data = new FormData();
  data.set("name", "Evening class");
  for (const [kind, size] of [
    ["paid", ""],
    ["sponsored", "4"],
  ] as const) {
    data.set(`pools.${kind}.kind`, kind);
    data.set(`pools.${kind}.size`, size);
  }
  const rows = { kind: "text", size: "number", prices: "prices" } as const;
  const shape = { name: "text", pools: { rows, needs: "size" } } as const;
  for (const [field, input] of [
    ["name", "name"],
    ["pools", "pools"],
    ["pools.0.size", "pools.sponsored.size"],
    ["pools.0.prices.1.amount", "pools.sponsored.prices"],
    ["other.0", "other.0"],
  ] as const) {
    assert.equal(inputOf(data, shape, field), input);
  }
});
