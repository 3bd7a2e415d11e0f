import { getTranslations } from "next-intl/server";
import type { SessionState } from "@/api/core";
import { Icon, type IconName } from "@/features/shell/Icon";

const LOOK: Record<SessionState, { icon: IconName; kind: string }> = {
  requested: { icon: "clock", kind: "warn" },
  confirmed: { icon: "check", kind: "ok" },
  held: { icon: "check", kind: "ok" },
  missed: { icon: "alert", kind: "warn" },
  cancelled: { icon: "alert", kind: "" },
};

export async function SessionBadge({ state }: { state: SessionState }) {
  const t = await getTranslations("mentorship.sessions");
  const { icon, kind } = LOOK[state];
  return (
    <span className={`badge ${kind}`}>
      <Icon name={icon} /> {t(`state.${state}`)}
    </span>
  );
}
