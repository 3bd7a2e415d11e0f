import { getTranslations } from "next-intl/server";
import type { ComponentProps, ReactNode } from "react";
import type { Scope } from "./scope";
import { Tabs } from "./Tabs";

interface Properties {
  current: ComponentProps<typeof Tabs>["current"];
  title: string;
  lead: string;
  scope?: Scope;
  /** The page of all cohorts. */
  all?: string;
  children: ReactNode;
}

/** A page of numbers: of all cohorts, or of one. */
export async function Page({ current, title, lead, scope, all, children }: Properties) {
  const cohort = scope?.cohort;
  const t = await getTranslations("director");
  return (
    <>
      <div className="head">
        <h1>{cohort?.name || title}</h1>
        <p className="soft">{lead}</p>
        {cohort && (
          <p className="row">
            <a href={all}>{t("all")}</a>
            <a href={`/cohorts/${cohort.id}`}>{t("toCohort")}</a>
          </p>
        )}
      </div>
      <Tabs current={current} cohort={cohort?.id} />
      <div className="stack wide top-gap">{children}</div>
    </>
  );
}
