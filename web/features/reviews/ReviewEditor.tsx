"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Criterion, ReviewDraft, ReviewOutcome } from "@/api/core";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { useAction } from "@/features/actions/useAction";
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
}

/** Writes a review: points, comments, and the decision. */
export function ReviewEditor(properties: Properties) {
  const { submission, criteria, action, texts } = properties;
  const [assessment, setAssessment] = useState(() => assessmentOf(criteria, properties.draft));
  const { state, savedAt, change, stop } = useDraft(submission, action === "decide");
  const { isSending, errors, decide } = useDecision(properties, assessment);

  function edit(next: Assessment): void {
    setAssessment(next);
    change(next);
  }

  async function stopAndDecide(outcome: ReviewOutcome): Promise<void> {
    stop();
    if (!(await decide(outcome))) {
      change(assessment);
    }
  }

  return (
    <div className="stack roomy">
      <Rubric properties={properties} assessment={assessment} onChange={edit} />
      <Comments assessment={assessment} texts={texts} onChange={edit} />
      {properties.costs && <p className="meta">{properties.costs}</p>}
      <Errors errors={errors} />
      <Outcomes
        properties={properties}
        assessment={assessment}
        isSending={isSending}
        onDecide={stopAndDecide}
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

/** Sends the decision, once, and leads back to the queue. */
function useDecision({ submission, action }: Properties, assessment: Assessment) {
  const router = useRouter();
  const { isSending, errors, run } = useAction();
  const [isDecided, setDecided] = useState(false);

  /** Whether it is decided. */
  async function decide(outcome: ReviewOutcome): Promise<boolean> {
    const sent = await run((idempotencyKey) =>
      apiGateway.post(`/reviews/${submission}/${action}/`, bodyOf(assessment, outcome), {
        idempotencyKey,
      }),
    );
    if (sent === null || sent instanceof ApiError) {
      return false;
    }
    setDecided(true);
    router.push(`/reviews?decided=${outcome}`);
    router.refresh();
    return true;
  }

  return { isSending: isSending || isDecided, errors, decide };
}

interface PartProperties {
  properties: Properties;
  assessment: Assessment;
}

interface RubricProperties extends PartProperties {
  onChange: (assessment: Assessment) => void;
}

function Rubric({ properties, assessment, onChange }: RubricProperties) {
  const { criteria, texts } = properties;
  const { total, pass } = passOf(properties);
  if (criteria.length === 0) {
    return null;
  }
  return (
    <>
      <p className="num">
        <strong>{fill(texts.sum, { points: sumOf(assessment), total })}</strong>{" "}
        <span className="soft small">{fill(texts.pass, { pass })}</span>
      </p>
      {criteria.map((criterion) => (
        <CriterionField
          key={criterion.position}
          criterion={criterion}
          mark={assessment.marks[criterion.position] ?? { points: null, comment: "" }}
          texts={texts}
          onChange={(mark) =>
            onChange({ ...assessment, marks: { ...assessment.marks, [criterion.position]: mark } })
          }
        />
      ))}
    </>
  );
}

/** The most points, and with how many the work passes. */
function passOf({ criteria, passPercentage }: Properties): { total: number; pass: number } {
  const total = totalOf(criteria);
  return { total, pass: Math.ceil((total * passPercentage) / 100) };
}

interface OutcomesProperties extends PartProperties {
  isSending: boolean;
  onDecide: (outcome: ReviewOutcome) => void;
}

function Outcomes({ properties, assessment, isSending, onDecide }: OutcomesProperties) {
  const { criteria, passPercentage, outcomes, texts } = properties;
  const { total, pass } = passOf(properties);
  const missing = openCriteria(criteria, assessment);
  const isBelow = sumOf(assessment) * 100 < total * passPercentage;
  return (
    <>
      {missing.length > 0 && (
        <p className="error plain" id="missing">
          <Icon name="alert" className="s" />
          {fill(texts.missing, { titles: missing.map(({ title }) => title).join(", ") })}
        </p>
      )}
      <Decisions
        outcomes={outcomes}
        isComplete={missing.length === 0}
        belowPass={isBelow ? fill(texts.belowPass, { pass, total }) : null}
        isSending={isSending}
        texts={texts}
        onDecide={onDecide}
      />
    </>
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
