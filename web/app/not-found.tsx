import { getTranslations } from "next-intl/server";
import { NarrowPage } from "@/features/shell/NarrowPage";
import { State } from "@/features/shell/State";

export default async function NotFound() {
  const t = await getTranslations("states");
  return (
    <NarrowPage>
      <State icon="alert" title={t("absent.title")} level={1}>
        <p>{t("absent.text")}</p>
        <a className="btn" href="/">
          {t("home")}
        </a>
      </State>
    </NarrowPage>
  );
}
