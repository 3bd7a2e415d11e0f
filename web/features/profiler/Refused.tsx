import { getTranslations } from "next-intl/server";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import type { Refusal } from "@/server/caller";

const SETTINGS = ["guardian_consent_required", "birth_year_required"] as const;

/** Why the profiler does not go on, and what to do. */
export async function Refused({ problem }: { problem: Refusal }) {
  const t = await getTranslations("profiler");
  const code = SETTINGS.find((one) => one === problem.code);
  if (!code) {
    return (
      <>
        <ProblemState problem={problem} level={1} />
        <a className="btn" href="/dashboard/student">
          {t("home")}
        </a>
      </>
    );
  }
  return (
    <State icon="lock" title={t(`refused.${code}.title`)} level={1}>
      <p>{t(`refused.${code}.text`)}</p>
      <a className="btn next" href="/settings">
        {t("refused.settings")}
      </a>
    </State>
  );
}
