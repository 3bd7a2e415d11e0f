import { getTranslations } from "next-intl/server";
import { curriculumReadGaps } from "@/api/ai";
import { ProblemState } from "@/features/shell/Problem";
import { ai, load } from "@/server/caller";
import { SkillList } from "./SkillList";

/** The skills that a role needs: those that are missing, then those that are held. */
export async function Gaps({ role }: { role: string | undefined }) {
  const [t, read] = await Promise.all([
    getTranslations("curriculum.gaps"),
    load(curriculumReadGaps({ client: ai, query: role ? { role } : {} })),
  ]);
  const skills = read.data?.skills ?? [];
  const open = skills.filter(({ held }) => !held);
  const held = skills.filter((one) => one.held);
  if (read.data && skills.length === 0) {
    return null;
  }
  return (
    <section className="stack" aria-labelledby="gaps">
      <h2 id="gaps">{t("heading")}</h2>
      {read.problem && <ProblemState problem={read.problem} />}
      {read.data && <p>{t("count", { held: held.length, of: skills.length })}</p>}
      {open.length > 0 && <SkillList skills={open} />}
      {held.length > 0 && (
        <details>
          <summary>{t("held", { count: held.length })}</summary>
          <SkillList skills={held} />
        </details>
      )}
    </section>
  );
}
