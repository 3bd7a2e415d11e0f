import { getTranslations } from "next-intl/server";
import type { SubmissionState } from "@/api/core";
import { Icon, type IconName } from "@/features/shell/Icon";

const LOOK: Record<SubmissionState, { icon: IconName | null; kind: string }> = {
  draft: { icon: null, kind: "" },
  submitted: { icon: "clock", kind: "info" },
  in_review: { icon: "clock", kind: "info" },
  changes_requested: { icon: "alert", kind: "warn" },
  passed: { icon: "check", kind: "ok" },
  failed: { icon: "alert", kind: "bad" },
  withdrawn: { icon: null, kind: "" },
};

/** The state of a submission as icon and word. */
export async function Outcome({ state }: { state: SubmissionState }) {
  const t = await getTranslations("reviews");
  const { icon, kind } = LOOK[state];
  return (
    <span className={`badge ${kind}`}>
      {icon && <Icon name={icon} />} {t(`review.state.${state}`)}
    </span>
  );
}
