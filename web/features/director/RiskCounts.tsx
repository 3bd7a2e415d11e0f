import { getTranslations } from "next-intl/server";
import type { RiskCounts as Counts, RiskRule } from "@/api/core";
import { riskAddress } from "./addresses";

export const RULES: RiskRule[] = ["inactive", "review_overdue", "streak_lost", "payment_missing"];

/** How many learners each rule holds for, each with what it means. */
export async function RiskCounts({
  risks,
  cohort,
}: {
  risks: Counts;
  cohort?: string | undefined;
}) {
  const t = await getTranslations("director.risk");
  return (
    <section className="stack" aria-labelledby="risks">
      <h2 id="risks">{t("heading")}</h2>
      <ul className="list">
        {RULES.map((rule) => (
          <li key={rule}>
            <h3>
              <a href={riskAddress({ cohort, rule })}>
                {t(`rules.${rule}`)}: {risks[rule]}
              </a>
            </h3>
            <p className="meta">{t(`meaning.${rule}`)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
