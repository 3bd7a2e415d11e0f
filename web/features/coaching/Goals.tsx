import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { type Goal, goalsListMilestones, type Preferences } from "@/api/core";
import { todayOf } from "@/client/days";
import { ProblemState } from "@/features/shell/Problem";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { State } from "@/features/shell/State";
import { core, load } from "@/server/caller";
import { textsOf } from "@/server/texts";
import { AddGoal } from "./AddGoal";
import { GoalActions, type GoalShared } from "./GoalActions";
import { Milestones } from "./Milestones";

/** More than a goal may have. */
const ALL = 100;

interface Properties {
  goals: Goal[];
  preferences: Preferences;
}

/** The caller's goals: those under way with their steps, then the others. */
export async function Goals({ goals, preferences }: Properties) {
  const t = await getTranslations("coaching.goals");
  const shared = await goalShared(todayOf(preferences));
  const active = goals
    .filter(({ state }) => state === "active")
    .sort((a, b) => a.target_date.localeCompare(b.target_date));
  const others = goals.filter(({ state }) => state !== "active");
  return (
    <section className="stack" aria-labelledby="goals">
      <h2 id="goals" className="hide">
        {t("heading")}
      </h2>
      {active.map((goal) => (
        <GoalCard key={goal.id} goal={goal} shared={shared} />
      ))}
      {active.length === 0 && (
        <State icon="mission" title={t("empty")}>
          <p>{t("emptyText")}</p>
        </State>
      )}
      <AddGoal shared={shared} isFirst={active.length === 0} />
      {others.length > 0 && (
        <details>
          <summary>{t("earlier", { count: others.length })}</summary>
          <ul className="list">
            {others.map((goal) => (
              <li key={goal.id}>
                <p>
                  <strong>{goal.title}</strong>{" "}
                  <span className={`badge ${goal.state === "achieved" ? "ok" : ""}`.trim()}>
                    {shared.states[goal.state]}
                  </span>
                </p>
                <GoalActions id={goal.id} state={goal.state} shared={shared} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

async function goalShared(today: string): Promise<GoalShared> {
  const t = await getTranslations("coaching");
  return {
    texts: (await textsOf("coaching")).goal,
    form: (await textsOf("coaching")).goalForm,
    versions: (await textsOf("coaching")).versions,
    today,
    locale: await getLocale(),
    states: {
      active: t("goals.active"),
      achieved: t("goals.achieved"),
      dropped: t("goals.dropped"),
    },
  };
}

async function GoalCard({ goal, shared }: { goal: Goal; shared: GoalShared }) {
  const [t, format] = [await getTranslations("coaching.goals"), await getFormatter()];
  const day = new Date(goal.target_date);
  const date = format.dateTime(day, { dateStyle: "long", timeZone: "UTC" });
  const call = goalsListMilestones({
    client: core,
    path: { goal_id: goal.id },
    query: { page_size: ALL },
  });
  const { data, problem } = await load(call);
  return (
    <article className="card" aria-labelledby={`goal-${goal.id}`}>
      <h3 id={`goal-${goal.id}`}>{goal.title}</h3>
      <p className="soft">
        {goal.target_date < shared.today ? t("overdue", { date }) : t("until", { date })}
      </p>
      {problem && <ProblemState problem={problem} />}
      {data && (
        <>
          <Steps done={data.results.filter(({ done_at }) => done_at).length} of={data.count} />
          <Milestones goalId={goal.id} milestones={data.results} shared={shared} />
        </>
      )}
      <GoalActions id={goal.id} state={goal.state} shared={shared} />
    </article>
  );
}

async function Steps({ done, of }: { done: number; of: number }) {
  const t = await getTranslations("coaching.goals");
  if (of === 0) {
    return <p className="meta">{t("noSteps")}</p>;
  }
  return (
    <div>
      <p className="num">{t("steps", { done, total: of })}</p>
      <ProgressDashes done={done} of={of} here />
    </div>
  );
}
