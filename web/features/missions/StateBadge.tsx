import { getTranslations } from "next-intl/server";
import type { SubmissionState } from "@/api/core";
import { Icon, type IconName } from "@/features/shell/Icon";

const LOOKS: Record<SubmissionState, { kind: string; icon: IconName | null }> = {
  draft: { kind: "", icon: null },
  submitted: { kind: "info", icon: "clock" },
  in_review: { kind: "info", icon: "clock" },
  changes_requested: { kind: "warn", icon: "alert" },
  passed: { kind: "ok", icon: "check" },
  failed: { kind: "bad", icon: "alert" },
  withdrawn: { kind: "", icon: null },
};

/** How an attempt stands: an icon, a word and a tint. */
export async function StateBadge({ state }: { state: SubmissionState }) {
  const t = await getTranslations("submissions");
  const { kind, icon } = LOOKS[state];
  return (
    <span className={`badge ${kind}`.trim()}>
      {icon && <Icon name={icon} />}
      {t(`states.${state}`)}
    </span>
  );
}
