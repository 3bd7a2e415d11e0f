// Types of the facts this team uses, from the published schemas: src/facts/*.ts.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";

const SCHEMAS = new URL("../../schemas/", import.meta.url);
const USED = {
  UserErased: "ongoza.user.erased.v1",
  ProgressUpdated: "ongoza.progress.updated.v1",
  RecommendationsRefreshed: "ongoza.recommendations.refreshed.v1",
};

mkdirSync("src/facts", { recursive: true });
for (const [name, type] of Object.entries(USED)) {
  const schema = JSON.parse(readFileSync(new URL(`${type}.json`, SCHEMAS), "utf8"));
  const text = await compile({ ...schema, title: name }, name, {
    additionalProperties: true,
    bannerComment: `// From the schema of ${type}.`,
  });
  writeFileSync(`src/facts/${name}.ts`, text);
}
