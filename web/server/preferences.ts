import "server-only";
import { cookies } from "next/headers";
import { isLocale } from "./locales";
import { DATA_SAVER_COOKIE, LANGUAGE_COOKIE, ZONE_COOKIE } from "./messages";

const YEAR = { path: "/", maxAge: 365 * 24 * 3600, sameSite: "lax" } as const;

/** Puts what pages need of core's answer with a user's preferences into cookies of this browser. */
export async function keepPreferences(preferences: Record<string, unknown>): Promise<void> {
  const { locale, time_zone, data_saver } = preferences;
  const jar = await cookies();
  if (typeof locale === "string" && isLocale(locale)) {
    jar.set(LANGUAGE_COOKIE, locale, YEAR);
  }
  if (typeof time_zone === "string") {
    jar.set(ZONE_COOKIE, time_zone, YEAR);
  }
  if (data_saver) {
    jar.set(DATA_SAVER_COOKIE, "1", YEAR);
  } else if (data_saver === false) {
    jar.delete({ name: DATA_SAVER_COOKIE, path: "/" });
  }
}
