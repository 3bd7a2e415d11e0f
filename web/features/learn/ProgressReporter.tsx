"use client";

import { useEffect, useRef, useState } from "react";
import type { ContentType } from "@/api/core";
import { clockText } from "@/features/texts/clock";
import { Sync, type SyncState, type SyncTexts } from "@/features/texts/Sync";
import type { Place } from "@/features/texts/when";
import { isTransient, keepReport, sendReports } from "./reports";

interface Properties {
  userId: number;
  contentId: string;
  contentType: ContentType;
  /** How much of the item was read when this page opened; null if that is known already. */
  percentage: number | null;
  texts: SyncTexts;
  place: Place;
}

/** Reports how far the learner has read, and sends what an earlier page could not send. */
export function ProgressReporter(properties: Properties) {
  const { userId, contentId, contentType, percentage, texts, place } = properties;
  const [state, setState] = useState<SyncState | null>(null);
  const [time, setTime] = useState("");
  const reported = useRef<string | null>(null);

  useEffect(() => {
    const what = `${contentId} ${percentage}`;
    if (percentage !== null && reported.current !== what) {
      reported.current = what;
      keepReport(userId, {
        content_id: contentId,
        content_type: contentType,
        status: "in_progress",
        completion_percentage: percentage,
        reported_at: new Date().toISOString(),
      });
    }
    const send = async () => {
      if (percentage !== null) {
        setState("sent");
      }
      try {
        await sendReports(userId);
        setTime(clockText(new Date(), place));
        setState(percentage === null ? null : "accepted");
      } catch (error) {
        setState(isTransient(error) ? "kept" : null);
      }
    };
    void send();
    addEventListener("online", send);
    return () => removeEventListener("online", send);
  }, [userId, contentId, contentType, percentage, place]);

  return state && <Sync state={state} texts={texts} time={time} />;
}
