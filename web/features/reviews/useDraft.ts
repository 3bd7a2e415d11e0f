"use client";

import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { type Assessment, bodyOf } from "./assessment";

const WAIT_MS = 1500;
const AGAIN_MS = 10_000;

export type DraftState = "none" | "sending" | "accepted" | "kept" | "lost" | "refused";

/** Keeps the draft of a review at the server: one request at a time, the newest draft last. */
export function useDraft(submission: string, isOn: boolean) {
  const newest = useRef<Assessment | null>(null);
  const isSending = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [state, setState] = useState<DraftState>("none");
  const [savedAt, setSavedAt] = useState<string | null>(null);

  const send = useCallback(async (): Promise<void> => {
    clearTimeout(timer.current);
    const draft = newest.current;
    if (!draft || isSending.current) {
      return;
    }
    isSending.current = true;
    newest.current = null;
    setState("sending");
    const sent = await put(submission, draft);
    isSending.current = false;
    setState(sent.state);
    setSavedAt((before) => sent.savedAt ?? before);
    if (sent.state === "kept") {
      newest.current ??= draft;
    }
    if (newest.current && sent.state !== "lost") {
      timer.current = setTimeout(send, sent.state === "kept" ? AGAIN_MS : WAIT_MS);
    }
  }, [submission]);
  useSendOnLeave(send, timer);

  function change(draft: Assessment): void {
    if (isOn) {
      newest.current = draft;
      clearTimeout(timer.current);
      timer.current = setTimeout(send, WAIT_MS);
    }
  }

  /** Before the decision, which has all of the draft. */
  function stop(): void {
    newest.current = null;
    clearTimeout(timer.current);
  }

  return { state, savedAt, change, stop };
}

/** Sends at once when the line is back, and when the page is put away. */
function useSendOnLeave(
  send: () => Promise<void>,
  timer: RefObject<ReturnType<typeof setTimeout> | undefined>,
): void {
  useEffect(() => {
    window.addEventListener("online", send);
    document.addEventListener("visibilitychange", send);
    return () => {
      window.removeEventListener("online", send);
      document.removeEventListener("visibilitychange", send);
      clearTimeout(timer.current);
    };
  }, [send, timer]);
}

interface SaveResult {
  state: "accepted" | "kept" | "lost" | "refused";
  savedAt?: string;
}

async function put(submission: string, draft: Assessment): Promise<SaveResult> {
  const path = `/reviews/${submission}/draft/`;
  try {
    const { body } = await apiGateway.put<{ saved_at: string }>(path, bodyOf(draft, ""));
    return { state: "accepted", savedAt: body.saved_at };
  } catch (error) {
    if (error instanceof ApiError && error.status > 0 && error.status < 500) {
      return { state: error.code === "claim_lost" ? "lost" : "refused" };
    }
    return { state: "kept" };
  }
}
