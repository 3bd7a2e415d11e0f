import { getTranslations } from "next-intl/server";
import type { CheckSuggestion, MissionFeedback } from "@/api/ai";
import type { Mission, Submission } from "@/api/core";
import { rubricOf } from "@/features/missions/reviews";
import { Icon, type IconName } from "@/features/shell/Icon";
import { artifactsOf, readArtifact } from "@/features/submissions/artifacts";
import { Agreement } from "./Agreement";
import { quotesOf, uncovered } from "./evidence";

const LOOKS: Record<CheckSuggestion["verdict"], { kind: string; icon: IconName }> = {
  ok: { kind: "ok", icon: "check" },
  attention: { kind: "warn", icon: "alert" },
  not_enough_data: { kind: "", icon: "clock" },
};

interface Properties {
  mission: Mission;
  submission: Submission;
  feedback: MissionFeedback;
}

/** Each check with what it found, where, and how often it was right. */
export async function Suggestions({ mission, submission, feedback }: Properties) {
  const t = await getTranslations("suggestions");
  const [aims, texts] = await Promise.all([
    aimsOf(mission, submission),
    textsOf(submission.id, feedback.suggestions),
  ]);
  const { missing = [], suggestions, rule_version, model } = feedback;
  return (
    <div className="stack wide prose">
      {missing.filter((part) => part !== "record").length > 0 && <p>{t("missing")}</p>}
      {suggestions.map((one) => (
        <Check key={one.check} suggestion={one} aims={aims} texts={texts} />
      ))}
      <p className="meta">{t("madeBy", { version: rule_version, model })}</p>
    </div>
  );
}

interface CheckProperties {
  suggestion: CheckSuggestion;
  aims: Map<number, string>;
  texts: Map<string, string>;
}

async function Check({ suggestion, aims, texts }: CheckProperties) {
  const t = await getTranslations("suggestions");
  const { check, verdict, value, evidence = [], agreement } = suggestion;
  const { kind, icon } = LOOKS[verdict];
  const open = check === "sections" && verdict === "attention" ? uncovered(aims, evidence) : [];
  const quotes = quotesOf(evidence, texts);
  return (
    <section className="card stack tight" aria-labelledby={check}>
      <div className="row">
        <h2 id={check}>{t(`checks.${check}.title`)}</h2>
        <span className={`badge ${kind}`.trim()}>
          <Icon name={icon} />
          {t(`verdicts.${verdict}`)}
        </span>
      </div>
      <p>{t(`checks.${check}.${verdict}`, { value: value ?? 0 })}</p>
      {open.length > 0 && (
        <ul>
          {open.map((title) => (
            <li key={title}>{title}</li>
          ))}
        </ul>
      )}
      {quotes.length > 0 && (
        <details>
          <summary>{t("passages", { count: quotes.length })}</summary>
          {quotes.map((quote) => (
            <blockquote key={quote}>{quote}</blockquote>
          ))}
        </details>
      )}
      <Agreement agreement={agreement} />
    </section>
  );
}

/** What the work is reviewed by: the criteria of its rubric, or else the subtasks. */
async function aimsOf(mission: Mission, submission: Submission): Promise<Map<number, string>> {
  const rubric = await rubricOf(mission.id, submission.rubric_version);
  if (rubric.data) {
    return new Map(rubric.data.criteria.map(({ position, title }) => [position, title] as const));
  }
  const hasNone = rubric.problem.status === 404;
  return new Map(
    hasNone ? mission.subtasks.map((title, place) => [place + 1, title] as const) : [],
  );
}

/** The texts that the evidence points into, by artifact. */
async function textsOf(
  submissionId: string,
  suggestions: CheckSuggestion[],
): Promise<Map<string, string>> {
  const wanted = new Set(
    suggestions.flatMap(({ evidence = [] }) => evidence.map(({ artifact_id }) => artifact_id)),
  );
  const listed = (await artifactsOf(submissionId)).data ?? [];
  const texts = listed.filter(({ id, kind }) => kind === "text" && wanted.has(id));
  const read = await Promise.all(texts.map(({ id }) => readArtifact(submissionId, id)));
  return new Map(read.flatMap(({ data }) => (data ? [[data.id, data.text] as const] : [])));
}
