import { getTranslations } from "next-intl/server";
import type { BulkEnrolmentResult, Cohort } from "@/api/core";
import { EnrolMany } from "./EnrolMany";

const RESULTS: BulkEnrolmentResult[] = [
  "added",
  "enrolled_already",
  "repeated",
  "not_found",
  "consent_missing",
];

/** Enrols many learners by their addresses. */
export async function ManyForm({ cohort }: { cohort: Cohort }) {
  const [t, all] = await Promise.all([
    getTranslations("cohorts.staff"),
    getTranslations("cohorts"),
  ]);
  const results = RESULTS.map((one) => [one, t(`results.${one}`)]);
  return (
    <details>
      <summary>{t("many")}</summary>
      <div className="stack">
        <p className="meta">{t("manyText")}</p>
        <EnrolMany
          cohort={cohort.id}
          pools={cohort.pools.map(({ kind }) => ({ value: kind, label: all(`kind.${kind}`) }))}
          texts={{
            emails: t("emails"),
            emailsHint: t("emailsHint"),
            pool: t("pool"),
            tryIt: t("tryIt"),
            submit: t("manySubmit"),
            tried: t("manyTried"),
            done: t("manyDone"),
            row: t.raw("manyRow") as string,
            results: Object.fromEntries(results) as Record<BulkEnrolmentResult, string>,
          }}
        />
      </div>
    </details>
  );
}
