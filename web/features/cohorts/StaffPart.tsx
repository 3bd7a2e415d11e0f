import { getTranslations } from "next-intl/server";
import {
  type Cohort,
  cohortsListEnrolments,
  type EnrolmentPage,
  type EnrolmentState,
} from "@/api/core";
import { Pages } from "@/features/actions/Pages";
import { learnerNames } from "@/features/times/people";
import { core, load } from "@/server/caller";
import { Announce, Codes, Transitions } from "./Manage";
import { ManyForm } from "./ManyForm";
import { StaffEnrolment } from "./StaffEnrolment";
import { WaitingList } from "./WaitingList";

const STATES: EnrolmentState[] = [
  "applied",
  "offered",
  "pending_payment",
  "active",
  "suspended",
  "completed",
  "withdrawn",
  "expired",
];

interface Properties {
  cohort: Cohort;
  query: Record<string, string | undefined>;
}

/** What those who manage a cohort do; nothing for others. */
export async function StaffPart({ cohort, query }: Properties) {
  const state = STATES.find((one) => one === query.state);
  const { cursor } = query;
  const enrolments = await load(
    cohortsListEnrolments({
      client: core,
      path: { cohort_id: cohort.id },
      query: { ...(state && { state }), ...(cursor && { cursor }) },
    }),
  );
  if (!enrolments.data) {
    return null;
  }
  return (
    <>
      <Transitions cohort={cohort} />
      <Enrolments cohort={cohort} state={state} page={enrolments.data} />
      <WaitingList cohort={cohort.id} />
      <div className="stack tight">
        <Announce cohort={cohort} />
        <Codes cohort={cohort} />
        <ManyForm cohort={cohort} />
      </div>
    </>
  );
}

interface EnrolmentsProperties {
  cohort: Cohort;
  state: EnrolmentState | undefined;
  page: EnrolmentPage;
}

async function Enrolments({ cohort, state, page }: EnrolmentsProperties) {
  const { results, next, previous } = page;
  const [t, all, nameOf] = await Promise.all([
    getTranslations("cohorts.staff"),
    getTranslations("cohorts"),
    learnerNames(results.map(({ user }) => user)),
  ]);
  const address = `/cohorts/${cohort.id}`;
  return (
    <section className="stack" aria-labelledby="enrolments">
      <h2 id="enrolments">{t("applications")}</h2>
      <States page={address} state={state} />
      {results.length === 0 && <p>{t("none")}</p>}
      <ul className="list">
        {results.map((one) => (
          <li key={one.id}>
            <StaffEnrolment enrolment={one} cohort={cohort} name={nameOf(one.user)} />
          </li>
        ))}
      </ul>
      <Pages
        label={all("pages")}
        next={next}
        previous={previous}
        page={state ? `${address}?state=${state}` : address}
        texts={{ next: all("next"), previous: all("previous") }}
      />
    </section>
  );
}

async function States({ page, state }: { page: string; state: EnrolmentState | undefined }) {
  const t = await getTranslations("cohorts");
  return (
    <nav className="tabs" aria-label={t("staff.applications")}>
      <a href={page} aria-current={state ? undefined : "page"}>
        {t("any")}
      </a>
      {STATES.map((one) => (
        <a
          key={one}
          href={`${page}?state=${one}`}
          aria-current={one === state ? "page" : undefined}
        >
          {t(`staff.states.${one}`)}
        </a>
      ))}
    </nav>
  );
}
