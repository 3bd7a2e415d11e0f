import type { Content } from "@/api/core";
import type { Catalogue } from "./books";

/** How many bytes the texts of items have, by content id. */
export type TextSizes = ReadonlyMap<string, number>;

/** What an item weighs to read, a course with its modules; 0 if we have no text of it. */
export function itemBytes(item: Content, catalogue: Catalogue | null, sizes: TextSizes): number {
  const modules = catalogue?.modulesOf(item.content_id) ?? [];
  return [item, ...modules].reduce((sum, one) => sum + (sizes.get(one.content_id) ?? 0), 0);
}
