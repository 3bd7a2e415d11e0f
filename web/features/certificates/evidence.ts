import type { getTranslations } from "next-intl/server";
import type { Certificate } from "@/api/core";

type Texts = Awaited<ReturnType<typeof getTranslations<"certificates">>>;

/** By whose word the required items are completed; core says it in English alone. */
export function evidenceText(
  { by_check, by_review, by_staff }: Pick<Certificate, "by_check" | "by_review" | "by_staff">,
  t: Texts,
): string {
  const total = by_check + by_review + by_staff;
  return t("evidence", { total, check: by_check, review: by_review, staff: by_staff });
}
