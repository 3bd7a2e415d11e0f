import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { usersMePreferences } from "@/api/core";
import { NudgesSwitch } from "@/features/insights/NudgesSwitch";
import { KindsCard, QuietHoursCard } from "@/features/settings/Notifications";
import { Saved } from "@/features/settings/Saved";
import { Tabs } from "@/features/settings/Tabs";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";
import type { Query } from "@/server/pages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("notifications.heading") };
}

export default async function Page({ searchParams }: { searchParams: Promise<Query> }) {
  const t = await getTranslations("settings.notifications");
  const [user, query] = [await me(), await searchParams];
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
            <div className="stack">
              <QuietHoursCard preferences={data} query={query} />
              {user.role === "learner" && <AdviceCard isOff={!data.nudges} />}
            </div>
          ) : (
            <ProblemState problem={problem} />
          )}
        </div>
      </div>
    </>
  );
}

async function AdviceCard({ isOff }: { isOff: boolean }) {
  const t = await getTranslations("insights.nudges");
  return (
    <section className="card stack" aria-labelledby="advice">
      <h2 id="advice">{t("heading")}</h2>
      <NudgesSwitch isOff={isOff} />
    </section>
  );
}
