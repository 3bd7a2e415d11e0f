import { getTranslations } from "next-intl/server";
import { submissionsReadWait } from "@/api/core";
import { core, load } from "@/server/caller";
import { shareRange } from "./wilson";

/** How many reviews of the queue of this submission came in time. */
export async function PromiseKept({ submission }: { submission: string }) {
  const t = await getTranslations("reviews");
  const path = { submission_id: submission };
  const { data } = await load(submissionsReadWait({ client: core, path }));
  if (!data) {
    return null;
  }
  const { reviews, share_kept } = data;
  if (share_kept === null) {
    return <p className="meta">{t("keptUnknown", { reviews })}</p>;
  }
  const kept = Math.round(share_kept * reviews);
  return <p className="meta">{t("kept", { kept, reviews, ...shareRange(kept, reviews) })}</p>;
}
