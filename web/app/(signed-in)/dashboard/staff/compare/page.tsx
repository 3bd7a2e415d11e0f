import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { directorCompare } from "@/api/core";
import { addDays, todayOf } from "@/client/days";
import { Comparison } from "@/features/director/Comparison";
import { dayEnd } from "@/features/director/days";
import { Page } from "@/features/director/Page";
import { type Scope, scopeOf } from "@/features/director/scope";
import { Note } from "@/features/shell/Note";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";

const FIRST_SHOWN_DAYS = 28;
/** core refuses times in the future, by its own clock. */
const CLOCKS_DIFFER_MS = 60_000;

interface Properties {
  searchParams: Promise<Query>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("director"))("compare.title") };
}

export default async function Compare({ searchParams }: Properties) {
  const query = await searchParams;
  const [t, { zone, zoneName }, scope] = await Promise.all([
    getTranslations("director.compare"),
    times(),
    scopeOf(query),
  ]);
  const today = todayOf({ time_zone: zone, day_start_hour: 0 });
  const from = queryText(query, "from") ?? addDays(today, -FIRST_SHOWN_DAYS);
  const to = queryText(query, "to") ?? today;
  return (
    <Page
      current="compare"
      title={t("title")}
      lead={t("lead", { zone: zoneName() })}
      scope={scope}
      all={`/dashboard/staff/compare?${new URLSearchParams({ from, to })}`}
    >
      <Days from={from} to={to} today={today} cohort={scope.cohort?.id} />
      <Result from={from} to={to} zone={zone} scope={scope} />
    </Page>
  );
}

interface DaysProperties {
  from: string;
  to: string;
  today: string;
  cohort: string | undefined;
}

async function Days({ from, to, today, cohort }: DaysProperties) {
  const t = await getTranslations("director.compare");
  return (
    <form className="stack" action="/dashboard/staff/compare">
      {cohort && <input type="hidden" name="cohort" value={cohort} />}
      <div className="two stack">
        <div className="field">
          <label htmlFor="from">{t("from")}</label>
          <input id="from" name="from" type="date" max={today} defaultValue={from} required />
        </div>
        <div className="field">
          <label htmlFor="to">{t("to")}</label>
          <input id="to" name="to" type="date" max={today} defaultValue={to} required />
        </div>
      </div>
      <div className="acts">
        <button type="submit" className="btn">
          {t("show")}
        </button>
      </div>
    </form>
  );
}

interface ResultProperties {
  from: string;
  to: string;
  zone: string;
  scope: Scope;
}

async function Result({ from, to, zone, scope }: ResultProperties) {
  const t = await getTranslations("director.compare");
  const now = new Date(Date.now() - CLOCKS_DIFFER_MS);
  const [first, second] = [dayEnd(from, zone, now), dayEnd(to, zone, now)];
  if (!first || !second || first >= second) {
    return (
      <Note kind="warn" icon="alert" title={t("orderTitle")}>
        {t("orderText")}
      </Note>
    );
  }
  const query = { ...scope.query, from: first, to: second };
  const { data, problem } = await load(directorCompare({ client: core, query }));
  return problem ? <ProblemState problem={problem} /> : <Comparison comparison={data} />;
}
