import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AddCohort } from "@/features/cohorts/CohortForm";
import { programVersions } from "@/features/cohorts/versions";
import { managedOrganizations } from "@/features/members/organizations";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("cohorts.form"))("addTitle") };
}

export default async function NewCohort() {
  const [t, all, managed, versions] = await Promise.all([
    getTranslations("cohorts.form"),
    getTranslations("cohorts"),
    managedOrganizations(),
    programVersions(),
  ]);
  const problem = managed.problem ?? versions.problem;
  if (problem) {
    return <ProblemState problem={problem} level={1} />;
  }
  if (managed.organizations.length === 0) {
    return (
      <State icon="lock" title={t("forbiddenTitle")} level={1}>
        <p>{t("forbiddenText")}</p>
      </State>
    );
  }
  if (versions.data?.length === 0) {
    return (
      <State icon="learn" title={t("noVersionTitle")} level={1}>
        <p>{t("noVersionText")}</p>
      </State>
    );
  }
  return (
    <>
      <div className="head">
        <p className="row small">
          <a href="/cohorts">{all("all")}</a>
        </p>
        <h1>{t("addTitle")}</h1>
        <p className="soft prose">{t("addLead")}</p>
      </div>
      <div className="prose">
        <AddCohort organizations={managed.organizations} versions={versions.data ?? []} />
      </div>
    </>
  );
}
