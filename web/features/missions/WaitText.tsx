import { getTranslations } from "next-intl/server";
import { submissionsReadWait } from "@/api/core";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

/** By when a review is promised, and what reviews of this queue took. */
export async function WaitText({ submissionId }: { submissionId: string }) {
  const t = await getTranslations("submissions");
  const { data } = await load(
    submissionsReadWait({ client: core, path: { submission_id: submissionId } }),
  );
  if (!data) {
    return null;
  }
  const { promised_by, ahead, reviews, has_enough_reviews, median_hours, p80_hours } = data;
  return (
    <>
      <p>{t("wait.promised", { moment: (await times()).longMoment(promised_by), ahead })}</p>
      <p className="meta">
        {has_enough_reviews && median_hours !== null && p80_hours !== null
          ? t("wait.took", { median: median_hours, most: p80_hours, reviews })
          : t("wait.unknown", { reviews })}
      </p>
    </>
  );
}
