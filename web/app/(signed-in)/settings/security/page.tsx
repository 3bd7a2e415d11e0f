import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PasswordCard, SecondFactorCard, TokensCard } from "@/features/settings/Security";
import { Tabs } from "@/features/settings/Tabs";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("security.heading") };
}

export default async function Page() {
  const t = await getTranslations("settings.security");
  return (
    <>
      <div className="head">
        <h1>{t("heading")}</h1>
        <p className="soft">{t("introduction")}</p>
      </div>
      <Tabs current="security" />
      <div className="two stack top-gap">
        <div>
          <SecondFactorCard />
          <TokensCard />
        </div>
        <PasswordCard />
      </div>
    </>
  );
}
