import { getFormatter, getTranslations } from "next-intl/server";
import type { Mission } from "@/api/core";
import { times } from "@/features/times/times";

interface Properties {
  mission: Mission;
  /** The learner's own due time, where it is later. */
  until: string | null;
  /** How often the learner may still begin; null without a limit. */
  left: number | null;
}

/** When work is due, what being late costs, and the attempts that are left. */
export async function Due({ mission, until, left }: Properties) {
  const t = await getTranslations("missions");
  const parts: string[] = [];
  if (mission.due_at) {
    const isExtended = until !== null && Date.parse(until) > Date.parse(mission.due_at);
    const moment = (await times()).longMoment(isExtended ? until : mission.due_at);
    parts.push(isExtended ? t("due.extended", { moment }) : t("due.at", { moment }));
    parts.push(await lateText(mission));
  }
  parts.push(
    left === null ? t("attempts.any") : t("attempts.left", { left, of: mission.max_attempts ?? 0 }),
  );
  return <p className="meta">{parts.join(" ")}</p>;
}

async function lateText(mission: Mission): Promise<string> {
  const [t, format] = [await getTranslations("missions"), await getFormatter()];
  const percent = (value: number) => format.number(value / 100, { style: "percent" });
  const texts = {
    accept: () => t("due.accept"),
    refuse: () => t("due.refuse"),
    deduct: () =>
      t("due.deduct", {
        day: percent(mission.late_deduction_per_day),
        most: percent(mission.late_deduction_limit),
      }),
  };
  const late = texts[mission.late_policy]();
  const grace = mission.late_grace_minutes;
  return grace ? `${late} ${t("due.grace", { minutes: grace })}` : late;
}
