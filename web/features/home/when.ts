import "server-only";
import { getTimeZone } from "next-intl/server";
import { mondayOf, todayOf } from "@/client/days";

const DAY_MS = 24 * 3600 * 1000;

/** The Monday of this week, as a date of the zone: "2026-11-23". */
export async function monday(): Promise<string> {
  return mondayOf(todayOf({ time_zone: await getTimeZone(), day_start_hour: 0 }));
}

/** From now to a week from now. */
export function comingWeek(now: Date = new Date()): { from: string; to: string } {
  const to = new Date(now.getTime() + 7 * DAY_MS);
  return { from: now.toISOString(), to: to.toISOString() };
}
