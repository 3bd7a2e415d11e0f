import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { sponsorListReports, sponsorOverview } from "@/api/core";
import { Page } from "@/features/director/Page";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { AskReport, Reports } from "@/features/sponsor/Reports";
import { Verification } from "@/features/sponsor/Verification";
import { core, load } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";

interface Properties {
  searchParams: Promise<Query>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("sponsor"))("reports.title") };
}

export default async function SignedReports({ searchParams }: Properties) {
  const cursor = queryText(await searchParams, "cursor");
  const [t, overview, reports] = await Promise.all([
    getTranslations("sponsor"),
    load(sponsorOverview({ client: core })),
    load(sponsorListReports({ client: core, query: { ...(cursor && { cursor }) } })),
  ]);
  const problem = overview.problem ?? reports.problem;
  if (problem) {
    return <ProblemState problem={problem} level={1} />;
  }
  const organizations = overview.data?.organizations ?? [];
  return (
    <Page current="reports" title={t("reports.title")} lead={t("reports.lead")}>
      {organizations.length === 0 ? (
        <State icon="people" title={t("noneTitle")}>
          <p>{t("noneText")}</p>
        </State>
      ) : (
        <AskReport organizations={organizations} />
      )}
      {reports.data && <Reports reports={reports.data} organizations={organizations} />}
      <Verification />
    </Page>
  );
}
