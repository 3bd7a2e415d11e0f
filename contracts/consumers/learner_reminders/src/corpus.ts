// Runs the golden wire corpus through this consumer.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { decode, type Outcome, type WireRecord } from "./decode.js";
import { Store } from "./store.js";

type Content = string | null | { base64: string } | { example: string };

interface Wire {
  headers: Record<string, Content>;
  value: Content;
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
    .flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Case | Case[]);
  const examples = join(folder, "..", "examples");
  const failed = cases.filter((one) => !holds(one, examples)).map(({ name }) => name);
  return { count: cases.length, failed };
}

function holds(one: Case, examples: string): boolean {
  if (one.records) {
    return isDeepStrictEqual(keptAfterEach(one.records, examples), one.expect.kept_after_each);
  }
  const found = decode(wire(one, examples));
  if (one.expect.outcome === "fact" && !USED.test(String(one.expect.type))) {
    return found.outcome === "unknown" && found.type === one.expect.type;
  }
  return agrees(found, one.expect, examples);
}

function agrees(found: Outcome, expected: Record<string, unknown>, examples: string): boolean {
  if (found.outcome !== "fact") return isDeepStrictEqual(found, expected);
  // Fields we do not know may be there: those that are expected have to be.
  const fact = fields(expected.fact as Record<string, unknown>, examples);
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

function fields(fact: Record<string, unknown>, examples: string): Record<string, unknown> {
  if (typeof fact.example !== "string") return fact;
  return JSON.parse(readFileSync(join(examples, fact.example), "utf8")) as Record<string, unknown>;
}

function keptAfterEach(records: Wire[], examples: string): (number | null)[] {
  const store = new Store();
  return records.map((record) => {
    store.take(decode(wire(record, examples)));
    return store.percentage(42, "course-101");
  });
}

function wire(one: Wire, examples: string): WireRecord {
  return {
    headers: Object.entries(one.headers).map(([name, text]) => [name, bytes(text, examples) ?? Buffer.alloc(0)]),
    value: bytes(one.value, examples),
  };
}

/** Plain text, an example's file, or base64 where the bytes are not UTF-8. */
function bytes(content: Content, examples: string): Buffer | null {
  if (content === null) return null;
  if (typeof content === "string") return Buffer.from(content, "utf8");
  if ("example" in content) return readFileSync(join(examples, content.example));
  return Buffer.from(content.base64, "base64");
}
