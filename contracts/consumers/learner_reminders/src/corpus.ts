// Runs the golden wire corpus through this consumer.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { decode, type Outcome, type WireRecord } from "./decode.js";
import { Store } from "./store.js";

interface Wire {
  headers: { name: string; value_base64: string }[];
  value_base64: string | null;
}

interface Case extends Wire {
  name: string;
  records?: Wire[];
  expect: Record<string, unknown>;
}

const USED = /^ongoza\.(progress|recommendations|user\.erased)/;

export function failures(folder: string): { count: number; failed: string[] } {
  const cases = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Case);
  return { count: cases.length, failed: cases.filter((one) => !holds(one)).map(({ name }) => name) };
}

function holds(one: Case): boolean {
  if (one.records) {
    return isDeepStrictEqual(keptAfterEach(one.records), one.expect.kept_after_each);
  }
  const found = decode(wire(one));
  if (one.expect.outcome === "fact" && !USED.test(String(one.expect.type))) {
    return found.outcome === "unknown" && found.type === one.expect.type;
  }
  return agrees(found, one.expect);
}

function agrees(found: Outcome, expected: Record<string, unknown>): boolean {
  if (found.outcome !== "fact") return isDeepStrictEqual(found, expected);
  // Fields we do not know may be there: those that are expected have to be.
  const fact = expected.fact as Record<string, unknown>;
  const got = found.fact as unknown as Record<string, unknown>;
  return (
    found.type === expected.type &&
    Object.entries(fact).every(([name, value]) => same(got[name] ?? null, value))
  );
}

/** Times may be written in more than one way. */
function same(one: unknown, other: unknown): boolean {
  if (typeof one === "string" && typeof other === "string" && one.includes("T")) {
    return one === other || Date.parse(one) === Date.parse(other);
  }
  return isDeepStrictEqual(one, other);
}

function keptAfterEach(records: Wire[]): (number | null)[] {
  const store = new Store();
  return records.map((record) => {
    store.take(decode(wire(record)));
    return store.percentage(42, "course-101");
  });
}

function wire(one: Wire): WireRecord {
  return {
    headers: one.headers.map(({ name, value_base64 }) => [name, Buffer.from(value_base64, "base64")]),
    value: one.value_base64 === null ? null : Buffer.from(one.value_base64, "base64"),
  };
}
