// Types of all facts, from src/generated/catalogue.json, which `make packages` writes.
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const FOLDER = new URL("src/generated/", import.meta.url);
const facts = JSON.parse(readFileSync(new URL("catalogue.json", FOLDER), "utf8"));

/** Without titles, of which the compiler would make an alias for each field. */
function untitled(node) {
  if (Array.isArray(node)) return node.map(untitled);
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node).filter(([key, value]) => key !== "title" || typeof value !== "string");
  return Object.fromEntries(entries.map(([key, value]) => [key, untitled(value)]));
}

for (const [type, { name, schema }] of Object.entries(facts)) {
  // Facts are open, but a field that is not in the schema is a mistake of its reader.
  const text = await compile({ ...untitled(schema), title: name }, name, {
    additionalProperties: false,
    bannerComment: `// From the schema of ${type}.`,
  });
  writeFileSync(new URL(`${name}.ts`, FOLDER), text);
}

const named = Object.entries(facts).map(([type, { name }]) => ({ type, name }));
const lines = [
  ...named.map(({ name }) => `import type { ${name} } from "./${name}.js";`),
  ...named.map(({ name }) => `export type { ${name} } from "./${name}.js";`),
  "/** Every fact by its type, the value of the header `ce_type`. */",
  "export interface FactByType {",
  ...named.map(({ type, name }) => `  "${type}": ${name};`),
  "}",
  'import type { Declaration } from "../validate.js";',
  "export const FACTS: Record<keyof FactByType, Declaration> = ",
  `${JSON.stringify(facts)};`,
];
writeFileSync(new URL("facts.ts", FOLDER), `${lines.join("\n")}\n`);
