// Reads the golden corpus as a consumer would; exits with 1 when a record is not read as it should be.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { decode, LatestFacts } from "../dist/index.js";

const folder = process.argv[2];
const examples = join(folder, "..", "examples");

function bytes(content) {
  if (content === null) return null;
  if (typeof content === "string") return Buffer.from(content, "utf8");
  if ("example" in content) return readFileSync(join(examples, content.example));
  return Buffer.from(content.base64, "base64");
}

function wire({ headers, value }) {
  return { headers: Object.entries(headers).map(([name, text]) => [name, bytes(text)]), value: bytes(value) };
}

/** Times may be written in more than one way. */
function same(one, other) {
  if (typeof one === "string" && typeof other === "string" && one.includes("T")) {
    return one === other || Date.parse(one) === Date.parse(other);
  }
  return isDeepStrictEqual(one, other);
}

function agrees(found, expected) {
  if (found.outcome !== "fact") return isDeepStrictEqual(found, expected);
  const { example } = expected.fact ?? {};
  const fact = example ? JSON.parse(readFileSync(join(examples, example), "utf8")) : expected.fact;
  const fields = Object.entries(fact ?? {}).every(([name, value]) => same(found.fact[name], value));
  return found.type === expected.type && found.key === expected.key && fields;
}

function storedAfterEach(records) {
  const latest = new LatestFacts();
  return records.map((record) => {
    latest.take(decode(wire(record)));
    const [fact] = [...latest.of("ongoza.progress.updated.v1")].filter((one) => one.content_id === "course-101");
    return fact?.completion_percentage ?? null;
  });
}

const cases = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
const failed = cases.filter((one) =>
  one.records
    ? !isDeepStrictEqual(storedAfterEach(one.records), one.expect.kept_after_each)
    : !agrees(decode(wire(one)), one.expect),
);
const names = failed.map(({ name }) => name).join(", ");
console.log(`${cases.length} cases, ${failed.length} failed${names && ": "}${names}`);
process.exitCode = failed.length || !cases.length ? 1 : 0;
