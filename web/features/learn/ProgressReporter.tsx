"use client";

import { useEffect, useRef, useState } from "react";
import type { ContentType } from "@/api/core";
import { Sync, type SyncState, type SyncTexts } from "@/features/texts/Sync";
import type { Place } from "@/features/times/clock";
import { clockText } from "@/features/times/clock";
import { reportProgress } from "./report";

interface Properties {
  contentId: string;
  contentType: ContentType;
  /** How much of the item was read when this page opened. */
  percentage: number;
  /** What the report is called while it is kept on the phone. */
  title: string;
  texts: SyncTexts;
  place: Place;
}

/** Reports how far the learner has read, once a page. */
export function ProgressReporter(properties: Properties) {
  const { contentId, contentType, percentage, title, texts, place } = properties;
  const [state, setState] = useState<SyncState | null>(null);
  const [time, setTime] = useState("");
  const reported = useRef("");

  useEffect(() => {
    const what = `${contentId} ${percentage}`;
    if (reported.current === what) {
      return;
    }
    reported.current = what;
    const report = {
      content_id: contentId,
      content_type: contentType,
      status: "in_progress",
      completion_percentage: percentage,
    } as const;
    setState("sent");
    reportProgress(report, title).then(
      (outcome) => {
        setTime(clockText(new Date(), place));
        setState(outcome.state);
      },
      () => setState(null),
    );
  }, [contentId, contentType, percentage, title, place]);

  return state && <Sync state={state} texts={texts} time={time} />;
}
