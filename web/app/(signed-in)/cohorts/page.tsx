import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { type Cohort, type CohortState, cohortsList, type Enrolment } from "@/api/core";
import { Pages } from "@/features/actions/Pages";
import { CohortBadge, EnrolmentBadge } from "@/features/cohorts/Badges";
import { CohortFacts } from "@/features/cohorts/CohortFacts";
import { ownEnrolments } from "@/features/cohorts/enrolments";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

const STATES: CohortState[] = ["open", "running", "draft", "closed"];

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("cohorts"))("title") };
}

export default async function Cohorts({ searchParams }: Properties) {
  const user = await me();
  const { state: wanted, cursor } = await searchParams;
  const state = STATES.find((one) => one === wanted);
  const query = { ...(state && { state }), ...(cursor && { cursor }) };
  const [t, cohorts, own] = await Promise.all([
    getTranslations("cohorts"),
    load(cohortsList({ client: core, query })),
    ownEnrolments(user.id),
  ]);
  const isStaff = user.role === "director" || user.role === "admin";
  return (
    <>
      <div className="head row apart">
        <div>
          <h1>{t("title")}</h1>
          <p className="soft">{t("lead")}</p>
        </div>
        {isStaff && (
          <a className="btn" href="/cohorts/new">
            {t("new")}
          </a>
        )}
      </div>
      <div className="stack">
        {isStaff && <States state={state} />}
        {cohorts.problem ? (
          <ProblemState problem={cohorts.problem} />
        ) : (
          <>
            <List cohorts={cohorts.data.results} own={own} />
            <Pages
              label={t("pages")}
              next={cohorts.data.next}
              previous={cohorts.data.previous}
              page={state ? `/cohorts?state=${state}` : "/cohorts"}
              texts={{ next: t("next"), previous: t("previous") }}
            />
          </>
        )}
      </div>
    </>
  );
}

async function States({ state }: { state: CohortState | undefined }) {
  const t = await getTranslations("cohorts");
  return (
    <nav className="tabs" aria-label={t("filter")}>
      <a href="/cohorts" aria-current={state ? undefined : "page"}>
        {t("any")}
      </a>
      {STATES.map((one) => (
        <a
          key={one}
          href={`/cohorts?state=${one}`}
          aria-current={one === state ? "page" : undefined}
        >
          {t(`state.${one}`)}
        </a>
      ))}
    </nav>
  );
}

async function List({ cohorts, own }: { cohorts: Cohort[]; own: Map<string, Enrolment> }) {
  const t = await getTranslations("cohorts");
  if (cohorts.length === 0) {
    return (
      <State icon="people" title={t("emptyTitle")}>
        <p>{t("emptyText")}</p>
      </State>
    );
  }
  const groups = [
    { id: "mine", cohorts: cohorts.filter(({ id }) => own.has(id)) },
    { id: "open", cohorts: cohorts.filter(({ id }) => !own.has(id)) },
  ] as const;
  return (
    <div className="stack wide">
      {groups
        .filter((group) => group.cohorts.length > 0)
        .map((group) => (
          <section className="stack" key={group.id} aria-labelledby={group.id}>
            <h2 id={group.id}>{t(group.id)}</h2>
            <ul className="list">
              {group.cohorts.map((cohort) => (
                <li key={cohort.id}>
                  <Row cohort={cohort} enrolment={own.get(cohort.id)} />
                </li>
              ))}
            </ul>
          </section>
        ))}
    </div>
  );
}

async function Row({ cohort, enrolment }: { cohort: Cohort; enrolment: Enrolment | undefined }) {
  const t = await getTranslations("cohorts");
  return (
    <>
      <h3>
        <a href={`/cohorts/${cohort.id}`}>{cohort.name}</a>
      </h3>
      <p>{cohort.program.title}</p>
      <CohortFacts cohort={cohort} />
      <p className="row">
        {enrolment && <EnrolmentBadge state={enrolment.state} isStaff={false} />}
        <CohortBadge state={cohort.state} />
        {cohort.public && <span className="badge">{t("public")}</span>}
      </p>
    </>
  );
}
