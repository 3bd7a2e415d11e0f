import "server-only";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import type { Content } from "@/api/core";
import { contentListBodySizes } from "@/api/core";
import { bytesText } from "@/features/texts/bytes";
import { core, load } from "@/server/caller";
import { type Locale, languageOf } from "@/server/locales";
import { allPages, catalogue } from "./catalogue";
import { itemBytes, type TextSizes } from "./textSizes";

/** What an item weighs to read, as "96 KB"; undefined if we have no text of it or do not know. */
export async function sizeText(item: Content | null | undefined): Promise<string | undefined> {
  if (!item) {
    return undefined;
  }
  const locale = await getLocale();
  const [sizes, offered] = await Promise.all([textSizes(languageOf(locale)), catalogue()]);
  const bytes = itemBytes(item, offered.data ?? null, sizes);
  return bytes > 0 ? bytesText(bytes, locale) : undefined;
}

const textSizes = cache(async (language: Locale): Promise<TextSizes> => {
  const listed = await allPages((query) =>
    load(contentListBodySizes({ client: core, query: { ...query, language } })),
  );
  const rows = listed.data ?? [];
  return new Map(rows.map((row) => [row.content_id, row.bytes + row.file_bytes]));
});
