import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { exportsList } from "@/api/core";
import { Page } from "@/features/director/Page";
import { scopeOf } from "@/features/director/scope";
import { ExportForm } from "@/features/exports/ExportForm";
import { Exports } from "@/features/exports/Exports";
import { tablesOf } from "@/features/exports/kinds";
import { ProblemState } from "@/features/shell/Problem";
import { AWAY, core, load } from "@/server/caller";
import { me } from "@/server/me";
import { type Query, queryText } from "@/server/pages";

const FILES = "/dashboard/staff/files";

interface Properties {
  searchParams: Promise<Query>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("exports"))("title") };
}

export default async function Files({ searchParams }: Properties) {
  const query = await searchParams;
  const cursor = queryText(query, "cursor");
  const [t, { role }, scope, { data, problem }] = await Promise.all([
    getTranslations("exports"),
    me(),
    scopeOf(query),
    load(exportsList({ client: core, query: { ...(cursor && { cursor }) } })),
  ]);
  const cohort = scope.cohort?.id;
  const offered = tablesOf(role, cohort !== undefined);
  if (offered.length === 0) {
    return <ProblemState problem={{ ...AWAY, status: 403 }} level={1} />;
  }
  return (
    <Page
      current="files"
      title={t("title")}
      lead={cohort ? t("leadOne") : t("lead")}
      scope={scope}
      all={FILES}
    >
      <div className="two stack">
        {offered.map((tables) => (
          <ExportForm key={tables.name} tables={tables} cohort={cohort} />
        ))}
      </div>
      {problem ? (
        <ProblemState problem={problem} />
      ) : (
        <Exports exports={data} page={cohort ? `${FILES}?cohort=${cohort}` : FILES} />
      )}
    </Page>
  );
}
