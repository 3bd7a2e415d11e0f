import { getFormatter, getTranslations } from "next-intl/server";
import type { Certificate } from "@/api/core";

/** By whose word the required items are completed; core says it in English alone. */
export async function evidenceText(
  certificate: Pick<Certificate, "by_check" | "by_review" | "by_staff">,
): Promise<string> {
  const [t, format] = [await getTranslations("certificates.evidence"), await getFormatter()];
  const { by_check, by_review, by_staff } = certificate;
  const parts = [
    by_check > 0 && t("check", { count: by_check }),
    by_review > 0 && t("review", { count: by_review }),
    by_staff > 0 && t("staff", { count: by_staff }),
  ].filter((part) => part !== false);
  return t("whole", { total: by_check + by_review + by_staff, parts: format.list(parts) });
}
