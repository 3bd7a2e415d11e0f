import "server-only";
import { getLocale, getTimeZone, getTranslations } from "next-intl/server";

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const DAY = { weekday: "short", day: "numeric", month: "short" } as const;

/** Dates and times as pages show them: 24-hour clock, in the zone of the page unless another is named. */
export async function times() {
  const [locale, zone, t] = await Promise.all([
    getLocale(),
    getTimeZone(),
    getTranslations("mentorship"),
  ]);
  const at = (
    instant: string | Date,
    options: Intl.DateTimeFormatOptions,
    timeZone: string = zone,
  ) => new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(new Date(instant));
  return {
    zone,
    /** "Tue 24 Nov, 09:12" */
    moment: (instant: string | Date, timeZone?: string) =>
      `${at(instant, DAY, timeZone)}, ${at(instant, CLOCK, timeZone)}`,
    /** "09:12" */
    clock: (instant: string | Date, timeZone?: string) => at(instant, CLOCK, timeZone),
    /** "Tue 24 Nov" */
    day: (instant: string | Date, timeZone?: string) => at(instant, DAY, timeZone),
    /** "24 November 2026", of a date without a time too. */
    date: (instant: string | Date) =>
      at(
        instant,
        { day: "numeric", month: "long", year: "numeric" },
        typeof instant === "string" && instant.length === 10 ? "UTC" : zone,
      ),
    /** "Nairobi time" */
    zoneName: (timeZone = zone) =>
      t("zone", { place: timeZone.split("/").at(-1)?.replaceAll("_", " ") ?? timeZone }),
  };
}
