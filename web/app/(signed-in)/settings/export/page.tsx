import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ExportCard } from "@/features/settings/ExportCard";
import { Tabs } from "@/features/settings/Tabs";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("export.heading") };
}

export default async function Page() {
  const t = await getTranslations("settings.export");
  return (
    <>
      <div className="head">
        <h1>{t("heading")}</h1>
        <p className="soft">{t("introduction")}</p>
      </div>
      <Tabs current="data" />
      <div className="stack top-gap">
        <ExportCard />
      </div>
    </>
  );
}
