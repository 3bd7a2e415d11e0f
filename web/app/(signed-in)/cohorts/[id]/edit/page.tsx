import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { type Cohort, cohortsListEnrolments, cohortsRead } from "@/api/core";
import { ChangeCohort } from "@/features/cohorts/CohortForm";
import { SetSeats } from "@/features/cohorts/SetSeats";
import { programVersions } from "@/features/cohorts/versions";
import { Note } from "@/features/shell/Note";
import { ProblemState } from "@/features/shell/Problem";
import { core, load, type Refusal } from "@/server/caller";

interface Properties {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("cohorts.form"))("changeTitle") };
}

export default async function EditCohort({ params, searchParams }: Properties) {
  const path = { cohort_id: (await params).id };
  const [t, { made, saved }, cohort, managed, versions] = await Promise.all([
    getTranslations("cohorts.form"),
    searchParams,
    load(cohortsRead({ client: core, path })),
    load(cohortsListEnrolments({ client: core, path, query: { page_size: 1 } })), // 404 for others
    programVersions(),
  ]);
  const problem = managed.problem ?? versions.problem;
  if (problem) {
    return refused(problem);
  }
  if (cohort.problem) {
    return refused(cohort.problem);
  }
  const { data, response } = cohort;
  const etag = response.headers.get("etag");
  const isNew = made !== undefined && data.state === "draft";
  const next = data.pools.length === 0 ? "btn next" : "btn";
  const seats = <SetSeats cohort={data} etag={etag} className={isNew ? next : "btn"} />;
  return (
    <>
      <div className="head">
        <p className="row small">
          <a href={`/cohorts/${data.id}`}>{data.name}</a>
        </p>
        <h1>{t("changeTitle")}</h1>
      </div>
      <div className="stack wide prose">
        {isNew && <Made cohort={data} />}
        {saved !== undefined && <Note kind="ok" icon="check" title={t("saved")} />}
        {isNew && seats}
        <section className="stack" aria-labelledby="facts">
          <h2 id="facts">{t("facts")}</h2>
          <ChangeCohort
            cohort={data}
            etag={etag}
            versions={versions.data ?? []}
            className={isNew ? "btn" : "btn next"}
          />
        </section>
        {!isNew && seats}
      </div>
    </>
  );
}

/** After a draft was made: what comes next. */
async function Made({ cohort }: { cohort: Cohort }) {
  const t = await getTranslations("cohorts.form");
  if (cohort.pools.length === 0) {
    return (
      <Note kind="ok" icon="check" title={t("madeTitle")}>
        {t("madeText")}
      </Note>
    );
  }
  return (
    <>
      <Note kind="ok" icon="check" title={t("seatedTitle")}>
        {t("seatedText")}
      </Note>
      <p className="acts">
        <a className="btn next" href={`/cohorts/${cohort.id}`}>
          {t("toOpen")}
        </a>
      </p>
    </>
  );
}

function refused(problem: Refusal) {
  return problem.status === 404 ? notFound() : <ProblemState problem={problem} level={1} />;
}
