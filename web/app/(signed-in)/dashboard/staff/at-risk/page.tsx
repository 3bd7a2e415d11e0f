import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { directorListAtRisk, type RiskRule } from "@/api/core";
import { Pages } from "@/features/actions/Pages";
import { AtRisk } from "@/features/director/AtRisk";
import { riskAddress } from "@/features/director/addresses";
import { FilesLink } from "@/features/director/FilesLink";
import { Page } from "@/features/director/Page";
import { RULES } from "@/features/director/RiskCounts";
import { scopeOf } from "@/features/director/scope";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { SelectField } from "@/features/texts/SelectField";
import { core, load } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";

interface Properties {
  searchParams: Promise<Query>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("director"))("risk.title") };
}

export default async function LearnersAtRisk({ searchParams }: Properties) {
  const query = await searchParams;
  const scope = await scopeOf(query);
  const rule = RULES.find((one) => one === queryText(query, "rule"));
  const cursor = queryText(query, "cursor");
  const filter = { ...scope.query, ...(rule && { rule }), ...(cursor && { cursor }) };
  const [t, pages, { data, problem }] = await Promise.all([
    getTranslations("director.risk"),
    getTranslations("cohorts"),
    load(directorListAtRisk({ client: core, query: filter })),
  ]);
  if (problem) {
    return <ProblemState problem={problem} level={1} />;
  }
  const cohort = scope.cohort?.id;
  return (
    <Page
      current="risk"
      title={t("title")}
      lead={t("lead", { count: data.count })}
      scope={scope}
      all={riskAddress({ rule })}
    >
      <Filter cohort={cohort} rule={rule} />
      {data.results.length === 0 ? (
        <State icon="check" title={t("noneTitle")}>
          <p>{t("noneText")}</p>
        </State>
      ) : (
        <AtRisk learners={data.results} />
      )}
      <Pages
        label={pages("pages")}
        next={data.next}
        previous={data.previous}
        page={riskAddress({ cohort, rule })}
        texts={{ next: pages("next"), previous: pages("previous") }}
      />
      <FilesLink cohort={cohort} />
    </Page>
  );
}

interface FilterProperties {
  cohort: string | undefined;
  rule: RiskRule | undefined;
}

async function Filter({ cohort, rule }: FilterProperties) {
  const t = await getTranslations("director.risk");
  return (
    <form className="two ends stack" action="/dashboard/staff/at-risk">
      {cohort && <input type="hidden" name="cohort" value={cohort} />}
      <SelectField
        name="rule"
        label={t("rule")}
        value={rule}
        options={[
          { value: "", text: t("any") },
          ...RULES.map((one) => ({ value: one, text: t(`rules.${one}`) })),
        ]}
      />
      <div className="acts">
        <button type="submit" className="btn">
          {t("show")}
        </button>
      </div>
    </form>
  );
}
