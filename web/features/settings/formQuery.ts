import { type Query, queryText } from "@/server/pages";

/** What the address says about one of several forms of a page. */
export function formQuery(query: Query, form: string): Record<string, string | undefined> {
  if (queryText(query, "form") !== form) {
    return {};
  }
  return { problem: queryText(query, "problem"), field: queryText(query, "field") };
}
