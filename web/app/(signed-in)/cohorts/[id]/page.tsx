import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { type Cohort, cohortsRead, organizationsRead } from "@/api/core";
import { Apply } from "@/features/cohorts/Apply";
import { CohortBadge } from "@/features/cohorts/Badges";
import { CohortFacts } from "@/features/cohorts/CohortFacts";
import { EnrolmentSteps } from "@/features/cohorts/EnrolmentSteps";
import { ownEnrolments } from "@/features/cohorts/enrolments";
import { Announcements, NextDates } from "@/features/cohorts/News";
import { OwnEnrolment } from "@/features/cohorts/OwnEnrolment";
import { SeatsTable } from "@/features/cohorts/SeatsTable";
import { StaffPart } from "@/features/cohorts/StaffPart";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

const OVER = ["withdrawn", "expired"];

interface Properties {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("cohorts"))("title") };
}

export default async function CohortPage({ params, searchParams }: Properties) {
  const user = await me();
  const path = { cohort_id: (await params).id };
  const [query, cohort, own] = await Promise.all([
    searchParams,
    load(cohortsRead({ client: core, path })),
    ownEnrolments(user.id),
  ]);
  if (cohort.problem) {
    return cohort.problem.status === 404 ? (
      notFound()
    ) : (
      <ProblemState problem={cohort.problem} level={1} />
    );
  }
  const enrolment = own.get(path.cohort_id) ?? null;
  const isStaff = user.role === "director" || user.role === "admin";
  const mayApply = user.role === "learner" && (!enrolment || OVER.includes(enrolment.state));
  return (
    <>
      <Head cohort={cohort.data} />
      <div className="cols stack wide">
        <div className="stack wide">
          {enrolment && <OwnEnrolment enrolment={enrolment} query={query} />}
          {mayApply && <Apply cohort={cohort.data} />}
          <SeatsTable cohort={path.cohort_id} />
          {isStaff && <StaffPart cohort={cohort.data} query={query} />}
          <Announcements cohort={cohort.data} />
        </div>
        <div className="stack wide">
          {!isStaff && <EnrolmentSteps cohort={cohort.data} enrolment={enrolment} />}
          <NextDates cohort={cohort.data} />
        </div>
      </div>
    </>
  );
}

async function Head({ cohort }: { cohort: Cohort }) {
  const path = { organization_id: cohort.organization };
  const [t, organization] = await Promise.all([
    getTranslations("cohorts"),
    load(organizationsRead({ client: core, path })),
  ]);
  const { slug, title, retired } = cohort.program;
  return (
    <div className="head">
      <p className="row small">
        <a href="/cohorts">{t("all")}</a>
      </p>
      <h1>{cohort.name}</h1>
      <p className="row">
        {retired ? title : <a href={`/learn/programs/${slug}`}>{title}</a>}
        {organization.data && <span className="soft">{organization.data.name}</span>}
      </p>
      <CohortFacts cohort={cohort} />
      <p>
        <CohortBadge state={cohort.state} />
      </p>
    </div>
  );
}
