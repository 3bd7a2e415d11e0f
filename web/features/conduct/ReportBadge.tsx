import { getTranslations } from "next-intl/server";
import type { ReportState } from "@/api/core";
import { Icon, type IconName } from "@/features/shell/Icon";

const LOOKS: Record<ReportState, { icon: IconName; kind: string }> = {
  open: { icon: "alert", kind: "warn" },
  in_review: { icon: "clock", kind: "info" },
  resolved: { icon: "check", kind: "ok" },
  dismissed: { icon: "lock", kind: "" },
};

export async function ReportBadge({ state }: { state: ReportState }) {
  const t = await getTranslations("conduct");
  const { icon, kind } = LOOKS[state];
  return (
    <span className={`badge ${kind}`}>
      <Icon name={icon} /> {t(`states.${state}`)}
    </span>
  );
}
