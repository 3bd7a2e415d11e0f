import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { usersMePreferences } from "@/api/core";
import { ConsentsCard } from "@/features/settings/Consents";
import { DevicesCard } from "@/features/settings/Devices";
import { GuardianCard } from "@/features/settings/Guardian";
import { DataCard, LanguageCard, NameCard } from "@/features/settings/Me";
import { Saved } from "@/features/settings/Saved";
import { Tabs } from "@/features/settings/Tabs";
import { LogOutCard, MoreCard, YourDataCard } from "@/features/settings/YourData";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";
import type { Query } from "@/server/pages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("title") };
}

export default async function Settings({ searchParams }: { searchParams: Promise<Query> }) {
  const t = await getTranslations("settings");
  const query = await searchParams;
  const [user, preferences] = await Promise.all([me(), load(usersMePreferences({ client: core }))]);
  const name = `${user.first_name} ${user.last_name}`.trim();
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{[name, user.email].filter(Boolean).join(", ")}</p>
      </div>
      <Tabs current="me" />
      <div className="stack top-gap">
        <Saved query={query} />
        <div className="two stack">
          <div>
            {preferences.data ? (
              <>
                <DataCard userId={user.id} preferences={preferences.data} query={query} />
                <LanguageCard preferences={preferences.data} query={query} />
              </>
            ) : (
              <ProblemState problem={preferences.problem} />
            )}
            <NameCard user={user} query={query} />
            <DevicesCard />
          </div>
          <div>
            <GuardianCard query={query} />
            <ConsentsCard />
            <MoreCard />
            <YourDataCard />
            <LogOutCard />
          </div>
        </div>
      </div>
    </>
  );
}
