"use client";

import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import type { Criterion, ReviewDraft, ReviewOutcome } from "@/api/core";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { type ActionTexts, useAction } from "@/features/actions/useAction";
import { Icon } from "@/features/shell/Icon";
import {
  type Assessment,
  assessmentOf,
  bodyOf,
  fill,
  openCriteria,
  sumOf,
  totalOf,
} from "./assessment";
import { CriterionField, type CriterionTexts } from "./CriterionField";
import { Decisions, type DecisionTexts } from "./Decisions";
import { DraftLine, type DraftTexts } from "./DraftLine";
import { useDraft } from "./useDraft";

export interface EditorTexts extends CriterionTexts, DecisionTexts {
  title: string;
  sum: string;
  pass: string;
  toLearner: string;
  toLearnerHint: string;
  private: string;
  privateHint: string;
  missing: string;
  draft: DraftTexts;
}

interface Properties {
  submission: string;
  criteria: Criterion[];
  passPercentage: number;
  draft: ReviewDraft | null;
  outcomes: ReviewOutcome[];
  /** Where the decision is sent. Only a decision on a claim has a draft. */
  action: "decide" | "regrade";
  locale: string;
  zone: string;
  /** In what the decision takes from the score. */
  costs: string | null;
  texts: EditorTexts;
  refusals: ActionTexts;
}

/** Writes a review: points, comments, and the decision. */
export function ReviewEditor(properties: Properties) {
  const { submission, criteria, passPercentage, outcomes, action, texts } = properties;
  const router = useRouter();
  const [assessment, setAssessment] = useState(() => assessmentOf(criteria, properties.draft));
  const { state, savedAt, change, stop } = useDraft(submission, action === "decide");
  const { isSending, errors, run } = useAction(properties.refusals);
  const isDecided = useRef(false);
  const total = totalOf(criteria);
  const pass = Math.ceil((total * passPercentage) / 100);
  const missing = openCriteria(criteria, assessment);

  function edit(next: Assessment): void {
    setAssessment(next);
    change(next);
  }

  async function decide(outcome: ReviewOutcome): Promise<void> {
    stop();
    const path = `/reviews/${submission}/${action}/`;
    const sent = await run((idempotencyKey) =>
      apiGateway.post(path, bodyOf(assessment, outcome), { idempotencyKey }),
    );
    if (sent && !(sent instanceof ApiError)) {
      isDecided.current = true;
      router.push(`/reviews?decided=${outcome}`);
      router.refresh();
    } else if (sent) {
      change(assessment);
    }
  }

  return (
    <div className="stack roomy">
      {criteria.length > 0 && (
        <p className="num">
          <strong>{fill(texts.sum, { points: sumOf(assessment), total })}</strong>{" "}
          <span className="soft small">{fill(texts.pass, { pass })}</span>
        </p>
      )}
      {criteria.map((criterion) => (
        <CriterionField
          key={criterion.position}
          criterion={criterion}
          mark={assessment.marks[criterion.position] ?? { points: null, comment: "" }}
          texts={texts}
          onChange={(mark) =>
            edit({ ...assessment, marks: { ...assessment.marks, [criterion.position]: mark } })
          }
        />
      ))}
      <Comments assessment={assessment} texts={texts} onChange={edit} />
      {missing.length > 0 && (
        <p className="error plain" id="missing">
          <Icon name="alert" className="s" />
          {fill(texts.missing, { titles: missing.map(({ title }) => title).join(", ") })}
        </p>
      )}
      {properties.costs && <p className="meta">{properties.costs}</p>}
      <Errors errors={errors} />
      <Decisions
        outcomes={outcomes}
        isComplete={missing.length === 0}
        belowPass={
          sumOf(assessment) * 100 < total * passPercentage
            ? fill(texts.belowPass, { pass, total })
            : null
        }
        isSending={isSending || isDecided.current}
        texts={texts}
        onDecide={decide}
      />
      {action === "decide" && (
        <DraftLine
          state={state}
          savedAt={savedAt ?? properties.draft?.saved_at ?? null}
          locale={properties.locale}
          zone={properties.zone}
          texts={texts.draft}
        />
      )}
    </div>
  );
}

interface CommentsProperties {
  assessment: Assessment;
  texts: EditorTexts;
  onChange: (assessment: Assessment) => void;
}

function Comments({ assessment, texts, onChange }: CommentsProperties) {
  return (
    <>
      <div className="field">
        <label htmlFor="comments">{texts.toLearner}</label>
        <p className="hint" id="comments-hint">
          {texts.toLearnerHint}
        </p>
        <textarea
          id="comments"
          rows={5}
          maxLength={20_000}
          aria-describedby="comments-hint"
          value={assessment.comments}
          onChange={(event) => onChange({ ...assessment, comments: event.target.value })}
        />
      </div>
      <details open={assessment.private_notes !== ""}>
        <summary>{texts.private}</summary>
        <div className="field">
          <label className="hide" htmlFor="private-notes">
            {texts.private}
          </label>
          <p className="hint" id="private-notes-hint">
            {texts.privateHint}
          </p>
          <textarea
            id="private-notes"
            rows={3}
            maxLength={20_000}
            aria-describedby="private-notes-hint"
            value={assessment.private_notes}
            onChange={(event) => onChange({ ...assessment, private_notes: event.target.value })}
          />
        </div>
      </details>
    </>
  );
}
