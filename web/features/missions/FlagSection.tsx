import { getTranslations } from "next-intl/server";
import type { FlagStatus } from "@/api/core";
import { Note } from "@/features/shell/Note";
import { FlagForm } from "./FlagForm";

interface Properties {
  missionId: string;
  flag: FlagStatus;
}

/** Entering the flag of a lab, and how many tries are left. */
export async function FlagSection({ missionId, flag }: Properties) {
  const t = await getTranslations("missions");
  const left = Math.max(0, (flag.max_attempts ?? 0) - flag.attempts);
  const texts = {
    label: t("flag.label"),
    hint: t("flag.hint", { left }),
    submit: t("flag.submit"),
    wrong: t("flag.wrong"),
  };
  return (
    <section className="stack tight" aria-labelledby="lab-flag">
      <h2 id="lab-flag">{t("flag.title")}</h2>
      {flag.solved && <Note kind="ok" icon="check" title={t("flag.solved")} />}
      {!flag.solved && left > 0 && <FlagForm missionId={missionId} texts={texts} />}
      {!flag.solved && left === 0 && <p>{t("flag.noneLeft", { of: flag.max_attempts ?? 0 })}</p>}
    </section>
  );
}
