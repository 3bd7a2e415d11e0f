import { getFormatter, getTranslations } from "next-intl/server";
import type { Habit, Pause } from "@/api/core";
import { daysBetween } from "@/client/days";

/** A strength of fewer days says little. */
const LEAST_DAYS = 14;

/** "2 of 3 days" of this week. */
export async function HabitProgress({ habit, done }: { habit: Habit; done: number }) {
  const t = await getTranslations("coaching.habits");
  return t.rich("progress", {
    done,
    due: daysAWeek(habit),
    strong: (text) => <strong>{text}</strong>,
    soft: (text) => <span className="soft small">{text}</span>,
  });
}

function daysAWeek({ schedule, times_a_week, weekdays }: Habit): number {
  if (schedule === "times_a_week") {
    return times_a_week ?? 1;
  }
  return schedule === "weekdays" ? weekdays.length : 7;
}

interface Properties {
  habit: Habit;
  pause: Pause | null;
  today: string;
}

/** Streak and strength, and how far they can be trusted. */
export async function HabitMeasures({ habit, pause, today }: Properties) {
  const [t, format] = [await getTranslations("coaching.habits"), await getFormatter()];
  const { streak, best_streak, strength, schedule } = habit;
  const written = (date: string) =>
    format.dateTime(new Date(date), { day: "numeric", month: "long", timeZone: "UTC" });
  const days = daysBetween(habit.starts_on, today) + 1;
  const kind = schedule === "times_a_week" ? "weekStreak" : "dayStreak";
  return (
    <>
      <p className="meta">
        {t(kind, { count: streak })}{" "}
        {best_streak > streak && `${t("best", { count: best_streak })} `}
        {t("breaksNothing")}
      </p>
      <p className="meta">
        {days < LEAST_DAYS
          ? t("tooEarly", { days: Math.max(days, 1) })
          : t("strength", { percent: format.number(strength, { style: "percent" }) })}
      </p>
      {pause && (
        <p className="meta">
          {pause.last_day
            ? t("pausedUntil", { date: written(pause.last_day) })
            : t("pausedFrom", { date: written(pause.first_day) })}
        </p>
      )}
    </>
  );
}
