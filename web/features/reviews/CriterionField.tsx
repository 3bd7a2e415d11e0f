"use client";

import type { Criterion } from "@/api/core";
import { levels, type MarkState } from "./assessment";

export interface CriterionTexts {
  /** By the number of points of a criterion: "6 points". */
  points: Record<number, string>;
  levels: string[];
  other: string;
  otherPoints: string;
  comment: string;
  commentHint: string;
}

interface Properties {
  criterion: Criterion;
  mark: MarkState;
  texts: CriterionTexts;
  onChange: (mark: MarkState) => void;
}

/** The points and the comment of one line of the rubric. */
export function CriterionField({ criterion, mark, texts, onChange }: Properties) {
  const { position, title, description, max_points } = criterion;
  const name = `criterion-${position}`;
  const steps = levels(max_points);
  const hasWords = steps.length === texts.levels.length;
  return (
    <fieldset className="stack tight">
      <legend className="full">
        {title} <span className="hint num">{texts.points[max_points]}</span>
      </legend>
      {description && <p className="hint">{description}</p>}
      <div className="scale">
        {steps.map((points, place) => (
          <label key={points}>
            <input
              type="radio"
              name={name}
              value={points}
              checked={mark.points === points}
              onChange={() => onChange({ ...mark, points })}
            />
            <span>{hasWords ? `${texts.levels[place]} ${points}` : points}</span>
          </label>
        ))}
      </div>
      <details open={mark.comment !== "" || (mark.points !== null && !steps.includes(mark.points))}>
        <summary>
          {texts.other}
          <span className="hide">: {title}</span>
        </summary>
        <MoreFields
          name={name}
          criterion={criterion}
          mark={mark}
          texts={texts}
          onChange={onChange}
        />
      </details>
    </fieldset>
  );
}

function MoreFields({ name, criterion, mark, texts, onChange }: Properties & { name: string }) {
  function changePoints(value: string): void {
    const points = value === "" ? null : Math.min(criterion.max_points, Math.max(0, Number(value)));
    onChange({ ...mark, points });
  }
  return (
    <div className="stack tight">
      <div className="field">
        <label htmlFor={`${name}-points`}>{texts.otherPoints}</label>
        <input
          id={`${name}-points`}
          type="number"
          inputMode="decimal"
          min={0}
          max={criterion.max_points}
          step={0.5}
          value={mark.points ?? ""}
          onChange={(event) => changePoints(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor={`${name}-comment`}>{texts.comment}</label>
        {mark.points === null && (
          <p className="hint" id={`${name}-hint`}>
            {texts.commentHint}
          </p>
        )}
        <textarea
          id={`${name}-comment`}
          rows={3}
          maxLength={2000}
          disabled={mark.points === null}
          aria-describedby={mark.points === null ? `${name}-hint` : undefined}
          value={mark.comment}
          onChange={(event) => onChange({ ...mark, comment: event.target.value })}
        />
      </div>
    </div>
  );
}
