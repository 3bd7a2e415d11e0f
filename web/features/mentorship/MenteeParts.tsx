import { getFormatter, getTranslations } from "next-intl/server";
import { type MenteePage, reflectionsList } from "@/api/core";
import { Outcome } from "@/features/reviews/Outcome";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { SessionBadge } from "./SessionBadge";

export async function ProgressPart({ progress }: Pick<MenteePage, "progress">) {
  const [t, when] = [await getTranslations("mentorship.mentee"), await times()];
  const { in_progress, completed, last_change_at } = progress;
  const figures = [
    { name: t("inProgress"), value: in_progress },
    { name: t("completed"), value: completed },
  ];
  return (
    <section className="card stack" aria-labelledby="progress">
      <h2 id="progress">{t("progress")}</h2>
      <dl className="figures">
        {figures.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className="meta">
        {t("lastChange")}: {last_change_at ? when.moment(last_change_at) : t("never")}
      </p>
    </section>
  );
}

export async function SubmissionsPart({ submissions }: Pick<MenteePage, "submissions">) {
  const [t, when, format] = await Promise.all([
    getTranslations("mentorship.mentee"),
    times(),
    getFormatter(),
  ]);
  return (
    <section className="stack" aria-labelledby="submissions">
      <h2 id="submissions">{t("submissions")}</h2>
      {submissions.length === 0 && <p>{t("noSubmissions")}</p>}
      <ul className="list">
        {submissions.map(({ id, title, attempt, state, score, submitted_at }) => (
          <li className="row apart" key={id}>
            <span className="row">
              <a href={`/reviews/${id}`}>{title}</a>
              <span className="meta">
                {t("attempt", { number: attempt })}
                {submitted_at && ` · ${when.moment(submitted_at)}`}
              </span>
            </span>
            <span className="row">
              {score !== null && (
                <span className="num">{t("score", { score: format.number(score) })}</span>
              )}
              <Outcome state={state} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export async function SessionsPart({ sessions }: Pick<MenteePage, "sessions">) {
  const [t, when] = [await getTranslations("mentorship.mentee"), await times()];
  return (
    <section className="stack" aria-labelledby="sessions">
      <div className="row apart">
        <h2 id="sessions">{t("sessions")}</h2>
        <a className="btn" href="/mentorship/sessions">
          {t("plan")}
        </a>
      </div>
      {sessions.length === 0 && <p>{t("noSessions")}</p>}
      <ul className="list">
        {sessions.map((session) => (
          <li className="row apart" key={session.id}>
            <span className="num">{when.moment(session.starts_at)}</span>
            <SessionBadge state={session.state} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export async function GoalsPart({ goals }: Pick<MenteePage, "goals">) {
  const [t, when] = [await getTranslations("mentorship.mentee"), await times()];
  return (
    <section className="stack" aria-labelledby="goals">
      <h2 id="goals">{t("goals")}</h2>
      <p className="meta">{t("consent")}</p>
      {goals.length === 0 && <p>{t("noGoals")}</p>}
      <ul className="list">
        {goals.map(({ id, title, target_date }) => (
          <li key={id}>
            {title === null ? <span className="soft">{t("goalHidden")}</span> : title}
            <span className="meta"> {t("goalBy", { date: when.date(target_date) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the learner shares; their texts come from the route of reflections. */
export async function ReflectionsPart({ learner }: { learner: number }) {
  const [t, when, shared] = await Promise.all([
    getTranslations("mentorship.mentee"),
    times(),
    load(reflectionsList({ client: core, query: { user: learner } })),
  ]);
  const reflections = shared.data?.results ?? [];
  return (
    <section className="stack" aria-labelledby="reflections">
      <h2 id="reflections">{t("reflections")}</h2>
      {reflections.length === 0 && <p>{t("noReflections")}</p>}
      <ul className="list">
        {reflections.map(({ id, text, mood, tags, created_at }) => (
          <li key={id}>
            <p className="prose">{text}</p>
            <p className="meta">
              {[
                when.moment(created_at),
                mood && t(`moods.${mood}`),
                ...tags.map((tag) => t(`tags.${tag}`)),
              ]
                .filter(Boolean)
                .join(", ")}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
