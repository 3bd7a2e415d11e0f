import { getTranslations } from "next-intl/server";
import type { FileState } from "@/api/core";
import { Icon, type IconName } from "@/features/shell/Icon";

const LOOKS: Record<FileState, { kind: string; icon: IconName }> = {
  under_way: { kind: "info", icon: "clock" },
  ready: { kind: "ok", icon: "check" },
  refused: { kind: "warn", icon: "lock" },
  failed: { kind: "bad", icon: "alert" },
  expired: { kind: "", icon: "clock" },
};

/** How far a file is that was asked for, and what to do where there is none. */
export async function FileBadge({ state }: { state: FileState }) {
  const t = await getTranslations("exports");
  const { kind, icon } = LOOKS[state];
  return (
    <>
      <span className={`badge ${kind}`.trim()}>
        <Icon name={icon} /> {t(`states.${state}`)}
      </span>
      {(state === "refused" || state === "failed" || state === "expired") && (
        <p className="meta">{t(`advice.${state}`)}</p>
      )}
    </>
  );
}
