import { getTranslations } from "next-intl/server";
import type { Dismissal } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { times } from "@/features/times/times";

/** Advice that the learner does not want to see, each with the way back. */
export async function Dismissed({ dismissals }: { dismissals: Dismissal[] }) {
  const [t, when] = await Promise.all([getTranslations("insights.coach"), times()]);
  if (dismissals.length === 0) {
    return null;
  }
  return (
    <details>
      <summary>{t("dismissed")}</summary>
      <p className="meta">{t("takeBackHint")}</p>
      <ul className="list">
        {dismissals.map(({ target, created_at }) => (
          <li key={target}>
            <p>{t("dismissedAt", { time: when.dateAndClock(created_at) })}</p>
            <ActionButton
              method="delete"
              path={`/student/dismissals/advice/${encodeURIComponent(target)}/`}
            >
              {t("takeBack")}
              <span className="hide"> {when.dateAndClock(created_at)}</span>
            </ActionButton>
          </li>
        ))}
      </ul>
    </details>
  );
}
