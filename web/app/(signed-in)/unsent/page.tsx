import type { Metadata } from "next";
import { getLocale, getTimeZone, getTranslations } from "next-intl/server";
import { Unsent } from "@/features/offline/Unsent";
import { me } from "@/server/me";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("offline"))("unsent.title") };
}

export default async function UnsentPage() {
  const t = await getTranslations("offline");
  const [user, locale, timeZone] = await Promise.all([me(), getLocale(), getTimeZone()]);
  const texts = {
    none: t("unsent.none"),
    keptAt: t.raw("unsent.keptAt") as string,
    refused: t("unsent.refused"),
    send: t("unsent.send"),
    again: t("unsent.again"),
    discard: t("unsent.discard"),
    full: t("unsent.full"),
  };
  return (
    <>
      <div className="head">
        <h1>{t("unsent.title")}</h1>
        <p className="soft">{t("unsent.introduction")}</p>
      </div>
      <Unsent userId={user.id} locale={locale} timeZone={timeZone} texts={texts} />
    </>
  );
}
