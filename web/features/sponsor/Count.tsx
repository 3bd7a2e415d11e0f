import { getTranslations } from "next-intl/server";

/** A number of people, or that it is hidden. */
export async function Count({ value }: { value: number | null }) {
  const t = await getTranslations("sponsor");
  return value === null ? <span className="soft">{t("hidden")}</span> : value;
}
