import { getFormatter, getTranslations } from "next-intl/server";
import type { Habit, Preferences } from "@/api/core";
import { isWithin } from "@/client/days";
import { PlanNote } from "@/features/billing/PlanNote";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { AddHabit } from "./AddHabit";
import { HabitCard, type HabitShared } from "./HabitCard";
import { HabitMeasures, HabitProgress } from "./HabitMeasures";
import { HabitState } from "./HabitState";
import { habitShared, pausedDaysOf, statesOf } from "./habitData";

const REMEDIES = { too_many_habits: <PlanNote feature="habits" /> };

interface Properties {
  habits: Habit[];
  preferences: Preferences;
}

/** The caller's habits with their week, and those that are put away. */
export async function Habits({ habits, preferences }: Properties) {
  const [t, format] = [await getTranslations("coaching.habits"), await getFormatter()];
  const shared = await habitShared(preferences);
  const active = habits.filter(({ state }) => state === "active");
  const archived = habits.filter(({ state }) => state === "archived");
  const monday = new Date(shared.week[0]?.date ?? shared.today);
  const date = format.dateTime(monday, { day: "numeric", month: "long", timeZone: "UTC" });
  return (
    <section className="stack" aria-labelledby="habits">
      <div className="row apart">
        <h2 id="habits">{t("heading")}</h2>
        <span className="meta">{t("weekOf", { date })}</span>
      </div>
      {active.map((habit) => (
        <HabitItem key={habit.id} habit={habit} shared={shared} />
      ))}
      {active.length === 0 && (
        <State icon="habit" title={t("empty")}>
          <p>{t("emptyText")}</p>
        </State>
      )}
      <AddHabit
        isFirst={active.length === 0}
        remedies={REMEDIES}
        shared={{
          form: shared.form,
          timesAWeek: shared.timesAWeek,
          weekdayNames: shared.weekdayNames,
        }}
      />
      {active.length > 0 && <p className="meta">{t("seenByDirectors")}</p>}
      {archived.length > 0 && <Archived habits={archived} shared={shared} />}
    </section>
  );
}

async function HabitItem({ habit, shared }: { habit: Habit; shared: HabitShared }) {
  const { data, problem } = await statesOf(habit);
  if (problem) {
    return <ProblemState problem={problem} />;
  }
  const days = [...shared.lastWeek, ...shared.week];
  const pausedDays = pausedDaysOf(habit, days);
  const pause = habit.pauses.find((one) => isWithin(shared.today, one)) ?? null;
  const done = shared.week.filter(({ date }) => data[date] === "done").length;
  return (
    <HabitCard
      id={habit.id}
      title={habit.title}
      states={data}
      pausedDays={pausedDays}
      pause={pause}
      shared={shared}
      progress={<HabitProgress habit={habit} done={done} />}
    >
      <HabitMeasures habit={habit} pause={pause} today={shared.today} />
    </HabitCard>
  );
}

async function Archived({ habits, shared }: { habits: Habit[]; shared: HabitShared }) {
  const t = await getTranslations("coaching.habits");
  return (
    <details>
      <summary>{t("archived", { count: habits.length })}</summary>
      <p className="meta">{t("archivedText")}</p>
      <ul className="list">
        {habits.map((habit) => (
          <li className="row apart" key={habit.id}>
            <span>{habit.title}</span>
            <HabitState
              path={`/coaching/habits/${habit.id}/`}
              to="active"
              text={shared.texts.takeUp}
              hidden={habit.title}
              remedies={REMEDIES}
            />
          </li>
        ))}
      </ul>
    </details>
  );
}
