import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { State } from "@/features/shell/State";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("offline"))("title") };
}

/** Kept on the phone, and shown for a page that is not. */
export default async function Offline() {
  const t = await getTranslations("offline");
  return (
    <State icon="offline" title={t("title")} level={1}>
      <p>{t("text")}</p>
      <div className="acts">
        <a className="btn next" href="/dashboard/student">
          {t("home")}
        </a>
      </div>
    </State>
  );
}
