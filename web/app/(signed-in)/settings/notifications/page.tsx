import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { usersMePreferences } from "@/api/core";
import { KindsCard, QuietHoursCard } from "@/features/settings/Notifications";
import { Saved } from "@/features/settings/Saved";
import { Tabs } from "@/features/settings/Tabs";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import type { Query } from "@/server/pages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("notifications.heading") };
}

export default async function Page({ searchParams }: { searchParams: Promise<Query> }) {
  const t = await getTranslations("settings.notifications");
  const query = await searchParams;
  const { data, problem } = await load(usersMePreferences({ client: core }));
  return (
    <>
      <div className="head">
        <h1>{t("heading")}</h1>
        <p className="soft">{t("introduction")}</p>
      </div>
      <Tabs current="notifications" />
      <div className="stack top-gap">
        <Saved query={query} />
        <div className="two stack">
          <div>
            <KindsCard />
          </div>
          {data ? (
            <QuietHoursCard preferences={data} query={query} />
          ) : (
            <ProblemState problem={problem} />
          )}
        </div>
      </div>
    </>
  );
}
