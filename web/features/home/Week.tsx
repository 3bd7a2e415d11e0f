import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { type HabitWeek, habitWeeks, type Meeting, meetings } from "./week";

/** Habits of this week, and what takes place in the days to come. */
export async function Week() {
  const t = await getTranslations("home");
  const [habits, planned] = await Promise.all([habitWeeks(), meetings()]);
  const isEmpty = habits.data?.length === 0 && planned.data?.length === 0;
  return (
    <section className="stack" aria-labelledby="week">
      <h2 id="week">{t("week.heading")}</h2>
      {habits.problem && <ProblemState problem={habits.problem} />}
      {planned.problem && !habits.problem && <ProblemState problem={planned.problem} />}
      {isEmpty && (
        <>
          <p>{t("week.none")}</p>
          <a className="btn" href="/coaching">
            {t("week.firstHabit")}
          </a>
        </>
      )}
      <ul className="list">
        {habits.data?.map((one) => (
          <HabitItem key={one.habit.id} week={one} />
        ))}
        {planned.data?.map((one) => (
          <MeetingItem key={`${one.kind} ${one.id}`} meeting={one} />
        ))}
      </ul>
    </section>
  );
}

async function HabitItem({ week: { habit, done, due } }: { week: HabitWeek }) {
  const t = await getTranslations("home");
  const unit = habit.schedule === "times_a_week" ? "weeks" : "days";
  const strong = (chunks: ReactNode) => <strong className="num">{chunks}</strong>;
  return (
    <li>
      <h3>
        <a href="/coaching">{habit.title}</a>
      </h3>
      <p>
        {done === null ? t("week.unknown") : t.rich("week.days", { done, due, b: strong })}
        {habit.streak > 1 && ` · ${t(`week.streak.${unit}`, { streak: habit.streak })}`}
      </p>
    </li>
  );
}

async function MeetingItem({ meeting }: { meeting: Meeting }) {
  const t = await getTranslations("home");
  const when = (await times()).longMoment(meeting.startsAt);
  if (meeting.kind !== "session") {
    const href = meeting.kind === "event" ? "/calendar" : "/mentorship/sessions";
    return (
      <li>
        <h3>
          <a href={href}>{meeting.title}</a>
        </h3>
        <p>{when}</p>
        {meeting.location && <p className="meta">{meeting.location}</p>}
      </li>
    );
  }
  const { mentor, isConfirmed } = meeting;
  return (
    <li>
      <h3>
        <a href="/mentorship/sessions">{t("week.session", { mentor })}</a>
      </h3>
      <p>{when}</p>
      {!isConfirmed && <p className="meta">{t("week.unconfirmed")}</p>}
    </li>
  );
}
