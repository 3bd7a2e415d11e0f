import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import {
  coachingReadAdvice,
  coachingReadNudges,
  dashboardReadForecast,
  dashboardReadInsights,
  dashboardReadTrends,
} from "@/api/ai";
import { dismissalsList } from "@/api/core";
import { Tabs } from "@/features/coaching/Tabs";
import { Coach } from "@/features/insights/Coach";
import { Forecast } from "@/features/insights/Forecast";
import { Numbers } from "@/features/insights/Numbers";
import { Trends } from "@/features/insights/Trends";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { ai, core, load } from "@/server/caller";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("insights"))("title") };
}

/** What the learner's own facts say: advice, forecast, trends. Nobody is compared with others. */
export default async function Insights() {
  const [t, when, coach, nudges, forecast, trends, insights, dismissals] = await Promise.all([
    getTranslations("insights"),
    times(),
    load(coachingReadAdvice({ client: ai })),
    load(coachingReadNudges({ client: ai })),
    load(dashboardReadForecast({ client: ai })),
    load(dashboardReadTrends({ client: ai })),
    load(dashboardReadInsights({ client: ai })),
    load(dismissalsList({ client: core, query: { kind: "advice" } })),
  ]);
  const problem = coach.problem ?? forecast.problem ?? trends.problem ?? insights.problem;
  const asOf = forecast.data?.as_of;
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("lead")}</p>
      </div>
      <Tabs current="insights" />
      <div className="cols stack wide top-gap">
        <div className="stack wide">
          {problem && <ProblemState problem={problem} />}
          {forecast.data && <Forecast forecast={forecast.data} />}
          {trends.data && <Trends trends={trends.data} />}
        </div>
        <div className="stack wide">
          {coach.data && (
            <Coach
              coach={coach.data}
              nudges={nudges.data ?? null}
              dismissals={dismissals.data?.results ?? []}
            />
          )}
          {insights.data && <Numbers insights={insights.data.insights} />}
          {asOf && <p className="meta">{t("asOf", { time: when.clock(asOf) })}</p>}
        </div>
      </div>
    </>
  );
}
