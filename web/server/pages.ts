/** The query of a page. */
export type Query = Record<string, string | string[] | undefined>;

/** One value of it; undefined where it is missing, empty or given twice. */
export function queryText(query: Query, name: string): string | undefined {
  const value = query[name];
  return typeof value === "string" && value ? value : undefined;
}
