import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { habitsList, usersMePreferences } from "@/api/core";
import { Habits } from "@/features/coaching/Habits";
import { SummaryLater } from "@/features/coaching/Summary";
import { Tabs } from "@/features/coaching/Tabs";
import { WriteReflectionSection } from "@/features/coaching/WriteReflectionSection";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";

const ALL = 100;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("coaching"))("title") };
}

export default async function Coaching() {
  const t = await getTranslations("coaching");
  const [habits, preferences] = await Promise.all([
    load(habitsList({ client: core, query: { page_size: ALL } })),
    load(usersMePreferences({ client: core })),
  ]);
  const problem = habits.problem ?? preferences.problem;
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
      </div>
      <Tabs current="week" />
      <div className="cols stack wide top-gap">
        {habits.data && preferences.data ? (
          <Habits habits={habits.data.results} preferences={preferences.data} />
        ) : (
          problem && <ProblemState problem={problem} />
        )}
        <div className="stack wide">
          <WriteReflectionSection />
          <SummaryLater />
        </div>
      </div>
    </>
  );
}
