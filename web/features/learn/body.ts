import "server-only";
import { cookies, headers } from "next/headers";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import { type Body, contentReadBody } from "@/api/core";
import { core, load } from "@/server/caller";
import { languageOf } from "@/server/locales";
import { DATA_SAVER_COOKIE } from "@/server/messages";
import { countDrawings } from "./sectionHtml";

/** The text of a course or module, in the language of the page if there is one in it. */
export const readBody = cache(async (contentId: string) => {
  const language = languageOf(await getLocale());
  return load(
    contentReadBody({
      client: core,
      path: { content_id: contentId },
      query: { language, markup: "html" },
    }),
  );
});

/** What a whole text weighs, with the files that it shows. */
export function bodyBytes(body: Body): number {
  return body.sections.reduce((sum, section) => sum + section.bytes + section.file_bytes, 0);
}

export function drawingsOf(body: Body): number {
  return body.sections.reduce((sum, { text }) => sum + countDrawings(text), 0);
}

/** Whether the browser or its user asks for few bytes. */
export async function savesData(): Promise<boolean> {
  const isAsked = (await headers()).get("save-data")?.toLowerCase() === "on";
  return isAsked || (await cookies()).has(DATA_SAVER_COOKIE);
}
