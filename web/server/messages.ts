import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { isLocale, type Locale, localeFor, PLACED } from "./locales";

const CATALOGUES = {
  en: () => import("@/messages/en"),
  sw: () => import("@/messages/sw"),
  fr: () => import("@/messages/fr"),
};

export const LANGUAGE_COOKIE = "language";
export const ZONE_COOKIE = "time-zone";
export const DATA_SAVER_COOKIE = "data-saver";

/** Language and zone of a page: what the user chose, else what the browser asks for. */
export default getRequestConfig(async () => {
  const jar = await cookies();
  const chosen = jar.get(LANGUAGE_COOKIE)?.value;
  const accepted = (await headers()).get("accept-language") ?? "";
  const locale: Locale = isLocale(chosen) ? chosen : localeFor(accepted);
  const messages = (await CATALOGUES[locale]()).default;
  return { locale: PLACED[locale], messages, timeZone: zoneOf(jar.get(ZONE_COOKIE)?.value) };
});

function zoneOf(name: string | undefined): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name ?? "Africa/Nairobi" }).resolvedOptions()
      .timeZone;
  } catch {
    return "Africa/Nairobi";
  }
}
