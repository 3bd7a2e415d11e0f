import { getTranslations } from "next-intl/server";
import { State } from "@/features/shell/State";

export default async function NotFound() {
  const t = await getTranslations("portfolio.public");
  return (
    <State icon="alert" title={t("absent")} level={1}>
      <p>{t("absentText")}</p>
    </State>
  );
}
