import { getTranslations } from "next-intl/server";

/** What the numbers of sponsors mean, and which are hidden. */
export async function Rules() {
  const t = await getTranslations("sponsor.rules");
  return (
    <section className="stack tight" aria-labelledby="rules">
      <h2 id="rules">{t("heading")}</h2>
      <p>{t("hidden")}</p>
      <p>{t("rounded")}</p>
    </section>
  );
}
