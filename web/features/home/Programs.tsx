import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { OverviewProgram, StudentOverview } from "@/api/core";
import { EnrolmentBadge } from "@/features/cohorts/Badges";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { times } from "@/features/times/times";

/** The learner's programs by the version that each enrolment began with, and what was completed lately. */
export async function Programs({ overview }: { overview: StudentOverview }) {
  const t = await getTranslations("home.programs");
  const { programs, completed_7_days: week, completed_28_days: month } = overview;
  return (
    <section className="stack" aria-labelledby="programs">
      <h2 id="programs">{t("heading")}</h2>
      <ul className="list">
        {programs.map((one) => (
          <Program key={one.enrolment} program={one} />
        ))}
      </ul>
      <p>{t("completed", { week, month })}</p>
      <p className="meta">
        {t("counted")} {t("asOf", { time: (await times()).clock(overview.as_of) })}
      </p>
      <p>
        <a className="btn" href="/coaching/insights">
          {t("insights")}
        </a>
      </p>
    </section>
  );
}

async function Program({ program }: { program: OverviewProgram }) {
  const [t, when] = await Promise.all([getTranslations("home.programs"), times()]);
  const { required_done: done, required_total: of, milestones, version, ends_on } = program;
  return (
    <li>
      <h3>
        <a href={`/cohorts/${program.cohort}`}>{program.cohort_name}</a>
      </h3>
      <p className="meta">
        {t("version", { title: program.title, version })} ·{" "}
        {t("until", { date: when.date(ends_on) })}
      </p>
      {program.state !== "active" && (
        <p>
          <EnrolmentBadge state={program.state} isStaff={false} />
        </p>
      )}
      <p>{t.rich("required", { done, of, b: strong })}</p>
      {of > 0 && <ProgressDashes done={done} of={of} here />}
      {milestones.length > 0 && (
        <details>
          <summary>{t("milestones", { count: milestones.length })}</summary>
          <ol className="stack tight">
            {milestones.map((one) => (
              <li className="row apart keep" key={one.title}>
                <span>{one.title}</span>
                <span className="num">
                  {t("milestone", { done: one.milestone_done, of: one.milestone_total })}
                </span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </li>
  );
}

function strong(chunks: ReactNode): ReactNode {
  return <strong className="num">{chunks}</strong>;
}
