import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { directorOverview } from "@/api/core";
import { Cohorts } from "@/features/director/Cohorts";
import { Figures } from "@/features/director/Figures";
import { FilesLink } from "@/features/director/FilesLink";
import { Funnel } from "@/features/director/Funnel";
import { Page } from "@/features/director/Page";
import { RiskCounts } from "@/features/director/RiskCounts";
import { scopeOf } from "@/features/director/scope";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";

interface Properties {
  searchParams: Promise<Query>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("director"))("numbers.title") };
}

export default async function Numbers({ searchParams }: Properties) {
  const query = await searchParams;
  const scope = await scopeOf(query);
  const [t, when, { data, problem }] = await Promise.all([
    getTranslations("director.numbers"),
    times(),
    load(directorOverview({ client: core, query: scope.query })),
  ]);
  if (problem) {
    return <ProblemState problem={problem} level={1} />;
  }
  const asOf = when.moment(data.as_of);
  const lead = scope.cohort
    ? t("leadOne", { asOf, zone: when.zoneName() })
    : t("lead", { asOf, zone: when.zoneName(), ...data.cohorts });
  return (
    <Page
      current="numbers"
      title={t("title")}
      lead={lead}
      scope={scope}
      all="/dashboard/staff/numbers"
    >
      <Figures overview={data} />
      <Funnel enrolments={data.enrolments} />
      {!scope.cohort && <Cohorts cursor={queryText(query, "cursor")} />}
      <RiskCounts risks={data.risks} cohort={scope.cohort?.id} />
      <FilesLink cohort={scope.cohort?.id} />
    </Page>
  );
}
