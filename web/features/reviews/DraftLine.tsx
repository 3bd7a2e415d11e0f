"use client";

import { Icon } from "@/features/shell/Icon";
import { clockText } from "@/features/times/clock";
import { fill } from "./assessment";
import type { DraftState } from "./useDraft";

export interface DraftTexts {
  accepted: string;
  sending: string;
  kept: string;
  lost: string;
  refused: string;
}

interface Properties {
  state: DraftState;
  savedAt: string | null;
  locale: string;
  zone: string;
  texts: DraftTexts;
}

/** Where the draft is. */
export function DraftLine({ state, savedAt, locale, zone, texts }: Properties) {
  if (state === "lost" || state === "refused") {
    return (
      <p className="error" role="alert">
        <Icon name="alert" className="s" />
        {texts[state]}
      </p>
    );
  }
  if (state === "kept" || state === "sending") {
    return (
      <p className={`sync ${state === "kept" ? "kept" : "sent"}`} role="status">
        <Icon name={state === "kept" ? "phone" : "sent"} /> {texts[state]}
      </p>
    );
  }
  if (savedAt === null) {
    return null;
  }
  const clock = clockText(new Date(savedAt), { locale, timeZone: zone });
  return (
    <p className="sync accepted" role="status">
      <Icon name="check" /> {fill(texts.accepted, { clock })}
    </p>
  );
}
