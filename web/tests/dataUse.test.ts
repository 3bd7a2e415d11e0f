import assert from "node:assert/strict";
import { test } from "node:test";
import { added, bodyBytes, monthOf, receivedBytes } from "../client/dataUse.ts";

const NOVEMBER = new Date(2026, 10, 28, 12);
const DECEMBER = new Date(2026, 11, 1, 0, 5);

test("a month goes on, and the next one begins at nothing", () => {
  const first = added(undefined, 7, 1000, NOVEMBER);
  const more = added(first, 7, 500, NOVEMBER);
  assert.deepEqual([more.month, more.bytes, more.since], ["2026-11", 1500, first.since]);
  const next = added(more, 7, 20, DECEMBER);
  assert.deepEqual([next.month, next.bytes], ["2026-12", 20]);
  assert.equal(monthOf(new Date(2027, 0, 1)), "2027-01");
});

for (const [entryType, path, workerStart, counted] of [
  ["navigation", "/learn", 0, 900],
  ["navigation", "/learn", 12, 0],
  ["resource", "/_next/static/a.js", 0, 900],
  ["resource", "/_next/static/a.js", 12, 0],
  ["resource", "/bff/api/v1/files/", 12, 900],
] as const) {
  const by = workerStart ? "with" : "without";
  test(`a ${entryType} of ${path} ${by} a service worker counts ${counted} bytes`, () => {
    const name = `http://127.0.0.1:3000${path}`;
    assert.equal(receivedBytes({ entryType, name, transferSize: 900, workerStart }), counted);
  });
}

test("a body counts in bytes, not in letters", () => {
  assert.equal(bodyBytes("né"), 3);
  assert.equal(bodyBytes(new Blob([new Uint8Array(5000)])), 5000);
  assert.equal(bodyBytes(null), 0);
});
