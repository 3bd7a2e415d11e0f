import "server-only";
import { headers } from "next/headers";
import { getLocale } from "next-intl/server";
import { cache } from "react";
import { type Body, contentReadBody } from "@/api/core";
import { core, got } from "@/server/caller";
import { isLocale } from "@/server/locales";

/** The text of a course or module, in the language of the page if there is one in it. */
export const readBody = cache(async (contentId: string) => {
  const locale = await getLocale();
  const language = isLocale(locale) ? locale : "en";
  return got(
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

const IMAGE = /<img\b[^>]*>/g;
const ATTRIBUTE = (tag: string, name: string): string =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? "";

export function drawingsOf(body: Body): number {
  return body.sections.reduce((sum, { text }) => sum + (text.match(IMAGE)?.length ?? 0), 0);
}

/**
 * The HTML of a section with the addresses of its files. A drawing is loaded when it comes into view;
 * for who saves data it is a link.
 */
export function sectionHtml(contentId: string, html: string, savesData: boolean): string {
  const folder = `/bff/api/v1/content/${encodeURIComponent(contentId)}/body/files/`;
  const shown = savesData
    ? html.replace(
        IMAGE,
        (tag) => `<a href="${ATTRIBUTE(tag, "src")}">${ATTRIBUTE(tag, "alt")}</a>`,
      )
    : html.replaceAll("<img ", '<img loading="lazy" ');
  return shown.replace(/\b(src|href)="files\/([0-9a-f-]{36})\/?"/g, `$1="${folder}$2/"`);
}

/** Whether the browser asks for few bytes. */
export async function savesData(): Promise<boolean> {
  return (await headers()).get("save-data")?.toLowerCase() === "on";
}
