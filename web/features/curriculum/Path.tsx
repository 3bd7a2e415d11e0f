import { getTranslations } from "next-intl/server";
import type { CurriculumPath, CurriculumRole } from "@/api/ai";
import { oneOf, TRACKS } from "@/features/learn/vocabulary";
import { Icon } from "@/features/shell/Icon";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { State } from "@/features/shell/State";
import { PathChart } from "./PathChart";
import { StepTable } from "./StepTable";

const DASHES_MAX = 40;

/** The way to a role: how far the learner is, and the steps that are left. */
export async function Path({ path }: { path: CurriculumPath }) {
  const t = await getTranslations("curriculum");
  if (path.state === "not_enough_data") {
    return (
      <State icon="chart" title={t("unknown.title")}>
        <p>{path.role ? t("unknown.text") : t("unknown.noRole")}</p>
      </State>
    );
  }
  const { reached, needed, steps, unreachable } = path;
  const isProgram = path.role?.kind === "program";
  return (
    <>
      <section className="stack tight" aria-labelledby="reached">
        <h2 id="reached">{await roleName(path.role)}</h2>
        <p>
          {isProgram
            ? t("reachedItems", { reached, needed })
            : t("reachedSkills", { reached, needed })}
        </p>
        {needed <= DASHES_MAX && <ProgressDashes done={reached} of={needed} here />}
      </section>
      {steps.length === 0 && (
        <p className="row">
          <Icon name="check" />
          {t("noSteps")}
        </p>
      )}
      {steps.length > 0 && (
        <section className="two stack" aria-labelledby="path">
          <h2 id="path" className="hide">
            {t("pathHeading")}
          </h2>
          <PathChart steps={steps} minutes={path.minutes} />
          <StepTable steps={steps} />
        </section>
      )}
      {!path.is_shortest && <p className="meta">{t("notShortest")}</p>}
      {unreachable.length > 0 && <p>{t("unreachable", { skills: unreachable.join(", ") })}</p>}
    </>
  );
}

async function roleName(role: CurriculumRole | null | undefined): Promise<string> {
  const [t, learn] = [await getTranslations("curriculum"), await getTranslations("learn")];
  const track = oneOf(role?.role, TRACKS);
  if (track) {
    return learn(`tracks.${track}`);
  }
  return role?.name ?? (role?.kind === "program" ? t("yourProgram") : (role?.role ?? ""));
}
