import "server-only";
import { getLocale, getTimeZone, getTranslations } from "next-intl/server";
import { CLOCK, type Place, zonePlace } from "./clock";

const DAY = { weekday: "short", day: "numeric", month: "short" } as const;
const LONG_DAY = { weekday: "long", day: "numeric", month: "long" } as const;
const DATE = { day: "numeric", month: "long", year: "numeric" } as const;
const DATE_AND_CLOCK = { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" } as const;

type Instant = string | Date;

/** The language and the zone of the page. */
export async function pagePlace(): Promise<Place> {
  const [locale, timeZone] = await Promise.all([getLocale(), getTimeZone()]);
  return { locale, timeZone };
}

/** Dates and times as pages show them: 24-hour clock, in the zone of the page unless another is named. */
export async function times() {
  const [{ locale, timeZone: zone }, t] = await Promise.all([
    pagePlace(),
    getTranslations("times"),
  ]);
  const at = (instant: Instant, options: Intl.DateTimeFormatOptions, timeZone: string = zone) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(new Date(instant));
  const clock = (instant: Instant, timeZone?: string) => at(instant, CLOCK, timeZone);
  const day = (instant: Instant, timeZone?: string) => at(instant, DAY, timeZone);
  const longDay = (instant: Instant) => at(instant, LONG_DAY);
  const zoneName = (timeZone = zone) => t("zone", { place: zonePlace(timeZone) });
  return {
    zone,
    /** "09:12" */
    clock,
    /** "Tue 24 Nov" */
    day,
    /** "Tuesday 24 November" */
    longDay,
    /** "24 November" */
    dayAndMonth: (instant: Instant) => at(instant, { day: "numeric", month: "long" }),
    /** "24 Nov", of a date without a time. */
    weekDate: (date: string) => at(date, { day: "numeric", month: "short" }, "UTC"),
    /** "24 November 2026", of a date without a time too. */
    date: (instant: Instant) =>
      at(instant, DATE, typeof instant === "string" && instant.length === 10 ? "UTC" : zone),
    /** "Tue 24 Nov, 09:12" */
    moment: (instant: Instant, timeZone?: string) =>
      `${day(instant, timeZone)}, ${clock(instant, timeZone)}`,
    /** "24 Nov 2026, 09:12" */
    dateAndClock: (instant: Instant) => at(instant, DATE_AND_CLOCK),
    /** "Tuesday 24 November, 09:12, Nairobi time" */
    longMoment: (instant: Instant) =>
      t("moment", { date: longDay(instant), time: clock(instant), zone: zoneName() }),
    /** "Nairobi time" */
    zoneName,
  };
}
