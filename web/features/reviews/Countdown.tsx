"use client";

import type { ReactNode } from "react";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { useMinutesLeft } from "./useMinutesLeft";

const LATE_MINUTES = 10;
const STEP_MINUTES = 5;

export interface CountdownTexts {
  label: string;
  one: string;
  more: string;
  none: string;
  over: string;
}

interface Properties {
  until: string;
  /** When the page was made. */
  now: number;
  claimedAt: string;
  texts: CountdownTexts;
  /** "Yours until 15:03" */
  untilText: ReactNode;
  /** How to prolong it. */
  extend: ReactNode;
  children: ReactNode;
}

/** How long the reviewer's claim lasts, in words and as a road. */
export function Countdown({
  until,
  now,
  claimedAt,
  texts,
  untilText,
  extend,
  children,
}: Properties) {
  const minutes = useMinutesLeft(until, now);
  if (minutes < 0) {
    return (
      <div className="claim late" role="alert">
        <p>{texts.over}</p>
      </div>
    );
  }
  const left = minutes === 1 ? texts.one : texts.more.replace("{count}", `${minutes}`);
  const whole = (Date.parse(until) - Date.parse(claimedAt)) / 60_000;
  const steps = Math.max(1, Math.round(whole / STEP_MINUTES));
  const isLate = minutes < LATE_MINUTES;
  const words = minutes === 0 ? texts.none : left;
  return (
    <div className={isLate ? "claim late" : "claim"} role="timer" aria-label={texts.label}>
      <div className="row apart">
        <span>
          {untilText}, {isLate ? <strong>{words}</strong> : words}
        </span>
        {extend}
      </div>
      <ProgressDashes
        done={Math.max(0, steps - Math.ceil(minutes / STEP_MINUTES))}
        of={steps}
        here
      />
      {children}
    </div>
  );
}
