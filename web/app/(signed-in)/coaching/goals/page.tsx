import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { goalsList, usersMePreferences } from "@/api/core";
import { Goals } from "@/features/coaching/Goals";
import { SummaryLater } from "@/features/coaching/Summary";
import { Tabs } from "@/features/coaching/Tabs";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";

const ALL = 100;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("coaching"))("goals.heading") };
}

export default async function Page() {
  const t = await getTranslations("coaching.goals");
  const [goals, preferences] = await Promise.all([
    load(goalsList({ client: core, query: { page_size: ALL } })),
    load(usersMePreferences({ client: core })),
  ]);
  const problem = goals.problem ?? preferences.problem;
  return (
    <>
      <div className="head">
        <h1>{t("heading")}</h1>
        <p className="soft">{t("introduction")}</p>
      </div>
      <Tabs current="goals" />
      <div className="cols stack wide top-gap">
        {goals.data && preferences.data ? (
          <Goals goals={goals.data.results} preferences={preferences.data} />
        ) : (
          problem && <ProblemState problem={problem} />
        )}
        <SummaryLater />
      </div>
    </>
  );
}
