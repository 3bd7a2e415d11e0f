import { getTranslations } from "next-intl/server";
import type { Cohort } from "@/api/core";
import { times } from "@/features/times/times";

/** From when to when a cohort runs, and by which clock. */
export async function CohortFacts({ cohort }: { cohort: Cohort }) {
  const [t, when] = [await getTranslations("cohorts"), await times()];
  return (
    <p className="soft">
      {t("dates", {
        from: when.date(cohort.starts_on),
        to: when.date(cohort.ends_on),
        zone: when.zoneName(cohort.time_zone),
      })}
    </p>
  );
}
