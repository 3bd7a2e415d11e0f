"use client";

import { useRef, useState } from "react";
import type { ReviewOutcome } from "@/api/core";
import { QuestionDialog } from "@/features/actions/QuestionDialog";

export interface DecisionTexts {
  outcomes: Record<ReviewOutcome, string>;
  questions: Record<ReviewOutcome, string>;
  confirmText: string;
  yes: string;
  no: string;
  belowPass: string;
}

interface Properties {
  outcomes: ReviewOutcome[];
  /** Whether each line of the rubric has points. */
  isComplete: boolean;
  /** Why the work does not pass now. */
  belowPass: string | null;
  isSending: boolean;
  texts: DecisionTexts;
  onDecide: (outcome: ReviewOutcome) => void;
}

const LOOK: Record<ReviewOutcome, string> = {
  changes_requested: "btn",
  passed: "btn",
  failed: "btn bad",
};

/** The possible outcomes; the first is the usual one. Each is asked about once more. */
export function Decisions(properties: Properties) {
  const { outcomes, isComplete, belowPass, isSending, texts, onDecide } = properties;
  const [asked, setAsked] = useState<ReviewOutcome | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);

  const { confirmText: text, yes, no } = texts;
  const question = { title: asked ? texts.questions[asked] : "", text, yes, no };

  function ask(outcome: ReviewOutcome): void {
    setAsked(outcome);
    dialog.current?.showModal();
  }

  function decide(): void {
    dialog.current?.close();
    if (asked) {
      onDecide(asked);
    }
  }

  return (
    <>
      {belowPass && <p className="meta">{belowPass}</p>}
      <div className="acts">
        {outcomes.map((outcome, place) => (
          <button
            key={outcome}
            type="button"
            className={place === 0 ? "btn next" : LOOK[outcome]}
            disabled={isSending || !isComplete || (outcome === "passed" && belowPass !== null)}
            aria-describedby={isComplete ? undefined : "missing"}
            onClick={() => ask(outcome)}
          >
            {texts.outcomes[outcome]}
          </button>
        ))}
      </div>
      <QuestionDialog dialog={dialog} question={question} onYes={decide} />
    </>
  );
}
