import "server-only";
import { getLocale, getTimeZone, getTranslations } from "next-intl/server";
import { mondayOf, todayOf } from "@/client/days";

const DAY = { weekday: "long", day: "numeric", month: "long" } as const;
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const DAY_MS = 24 * 3600 * 1000;

/** "Friday 27 November". */
export async function dayOf(moment: Date): Promise<string> {
  return text(moment, DAY);
}

/** "Friday 27 November, 18:00, Nairobi time". */
export async function momentOf(iso: string): Promise<string> {
  const [t, zone] = [await getTranslations("home"), await getTimeZone()];
  const moment = new Date(iso);
  const [date, time] = [await text(moment, DAY), await text(moment, CLOCK)];
  return t("moment", { date, time, zone: zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone });
}

async function text(moment: Date, options: Intl.DateTimeFormatOptions): Promise<string> {
  const [locale, timeZone] = [await getLocale(), await getTimeZone()];
  return new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(moment);
}

/** The Monday of this week, as a date of the zone: "2026-11-23". */
export async function monday(): Promise<string> {
  return mondayOf(todayOf({ time_zone: await getTimeZone(), day_start_hour: 0 }));
}

/** From now to a week from now. */
export function comingWeek(now: Date = new Date()): { from: string; to: string } {
  const to = new Date(now.getTime() + 7 * DAY_MS);
  return { from: now.toISOString(), to: to.toISOString() };
}
