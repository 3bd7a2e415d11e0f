import { getTranslations } from "next-intl/server";
import type { OverviewEvent, OverviewHabit, StudentOverview } from "@/api/core";
import { times } from "@/features/times/times";
import { groupEvents } from "./groupEvents";

const SHOWN = 3;

/** Habits with their streaks, goals by state, and what takes place next. */
export async function Week({ overview }: { overview: StudentOverview }) {
  const { habits, goals } = overview;
  const t = await getTranslations("home.week");
  const [active, achieved] = [goals.active ?? 0, goals.achieved ?? 0];
  const events = [...overview.events, ...(await groupEvents())].sort(byStart).slice(0, SHOWN);
  return (
    <>
      <section className="stack" aria-labelledby="habits">
        <h2 id="habits">{t("habits")}</h2>
        {habits.length === 0 && (
          <>
            <p>{t("noHabit")}</p>
            <a className="btn" href="/coaching">
              {t("firstHabit")}
            </a>
          </>
        )}
        <ul className="list">
          {habits.map((one) => (
            <HabitItem key={one.id} habit={one} />
          ))}
        </ul>
        <p>
          <a className="own-line" href="/coaching/goals">
            {t("goals", { active, achieved })}
          </a>
        </p>
      </section>
      <section className="stack" aria-labelledby="week">
        <h2 id="week">{t("heading")}</h2>
        {events.length === 0 && <p>{t("none")}</p>}
        <ul className="list">
          {events.map((one) => (
            <EventItem key={`${one.kind} ${one.id}`} event={one} />
          ))}
        </ul>
        <p>
          <a className="own-line" href="/calendar">
            {t("calendar")}
          </a>
        </p>
      </section>
    </>
  );
}

function byStart(one: OverviewEvent, other: OverviewEvent): number {
  return one.starts_at.localeCompare(other.starts_at);
}

async function HabitItem({ habit }: { habit: OverviewHabit }) {
  const t = await getTranslations("home.week");
  const { streak, best_streak: best } = habit;
  const unit = habit.schedule === "times_a_week" ? "weeks" : "days";
  return (
    <li>
      <h3>
        <a href="/coaching">{habit.title}</a>
      </h3>
      <p>
        {t(`streak.${unit}`, { streak })}
        {best > streak && ` ${t("best", { best })}`}
      </p>
    </li>
  );
}

async function EventItem({ event }: { event: OverviewEvent }) {
  const t = await getTranslations("home.week");
  const href = event.kind === "event" ? "/calendar" : "/mentorship/sessions";
  return (
    <li>
      <h3>
        <a href={href}>{event.title || t("session")}</a>
      </h3>
      <p>{(await times()).longMoment(event.starts_at)}</p>
    </li>
  );
}
