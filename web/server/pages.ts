/** The cursor of a list's `next` or `previous` address; null on the last or first page. */
export function cursorOf(address: string | null): string | null {
  return address && URL.canParse(address) ? new URL(address).searchParams.get("cursor") : null;
}

/** One value of a page's query. */
export type Query = Record<string, string | string[] | undefined>;

export function queryText(query: Query, name: string): string | undefined {
  const value = query[name];
  return typeof value === "string" && value ? value : undefined;
}
