import "server-only";
import { getFormatter, getTranslations } from "next-intl/server";
import { type Habit, type HabitEntry, habitsListEntries, type Preferences } from "@/api/core";
import {
  addDays,
  isWithin,
  LATE_DAYS,
  mondayOf,
  todayOf,
  weekdayOf,
  weekFrom,
} from "@/client/days";
import { core, type LoadResult, load } from "@/server/caller";
import { textsOf } from "@/server/texts";
import type { HabitShared } from "./HabitCard";
import type { Day, States } from "./WeekTable";

/** Enough for this week and the week before. */
const ENTRIES = 14;

/** The recorded days of a habit, or none while core does not say. */
export async function statesOf(habit: Habit): Promise<LoadResult<States>> {
  const path = { habit_id: habit.id };
  const call = habitsListEntries({ client: core, path, query: { page_size: ENTRIES } });
  const { data, problem, response } = await load(call);
  return data ? { data: byDay(data.results), response } : { problem };
}

function byDay(entries: HabitEntry[]): States {
  return Object.fromEntries(entries.map(({ local_date, state }) => [local_date, state]));
}

export function pausedDaysOf(habit: Habit, days: Day[]): string[] {
  const dates = days.map(({ date }) => date);
  return dates.filter((date) => habit.pauses.some((pause) => isWithin(date, pause)));
}

/** Days, texts and refusals, which are the same for all habits. */
export async function habitShared(preferences: Preferences): Promise<HabitShared> {
  const t = await getTranslations("coaching");
  const today = todayOf(preferences);
  const monday = mondayOf(today);
  const week = await Promise.all(weekFrom(monday).map((date) => dayOf(date, today)));
  const before = weekFrom(addDays(monday, -7));
  return {
    texts: (await textsOf("coaching")).habit,
    versions: (await textsOf("coaching")).versions,
    form: (await textsOf("coaching")).habitForm,
    timesAWeek: [1, 2, 3, 4, 5, 6, 7].map((count) => t("timesAWeek", { count })),
    weekdayNames: await weekdayNames(),
    week,
    lastWeek: await Promise.all(before.map((date) => dayOf(date, today))),
    today,
    timeZone: preferences.time_zone,
  };
}

async function dayOf(date: string, today: string): Promise<Day> {
  const [t, format] = [await getTranslations("coaching.weekdays"), await getFormatter()];
  const written = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" } as const;
  return {
    date,
    number: String(Number(date.slice(8))),
    short: t(`${weekdayOf(date)}` as "1"),
    name: format.dateTime(new Date(date), written),
    isToday: date === today,
    isOpen: addDays(today, -LATE_DAYS) <= date && date <= today,
  };
}

async function weekdayNames(): Promise<string[]> {
  const format = await getFormatter();
  const monday = "2026-11-23";
  return weekFrom(monday).map((date) =>
    format.dateTime(new Date(date), { weekday: "long", timeZone: "UTC" }),
  );
}
