"use client";

import { useCallback, useEffect, useRef, useState } from "react";
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
    const outcome = await put(submission, draft);
    isSending.current = false;
    if (typeof outcome === "object") {
      setSavedAt(outcome.saved_at);
      setState("accepted");
    } else {
      setState(outcome);
    }
    if (outcome === "kept") {
      newest.current ??= draft;
      timer.current = setTimeout(send, AGAIN_MS);
    } else if (newest.current && outcome !== "lost") {
      timer.current = setTimeout(send, WAIT_MS);
    }
  }, [submission]);

  useEffect(() => {
    window.addEventListener("online", send);
    document.addEventListener("visibilitychange", send);
    return () => {
      window.removeEventListener("online", send);
      document.removeEventListener("visibilitychange", send);
      clearTimeout(timer.current);
    };
  }, [send]);

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

async function put(
  submission: string,
  draft: Assessment,
): Promise<{ saved_at: string } | "kept" | "lost" | "refused"> {
  const path = `/reviews/${submission}/draft/`;
  try {
    return (await apiGateway.put<{ saved_at: string }>(path, bodyOf(draft, ""))).body;
  } catch (error) {
    if (error instanceof ApiError && error.status > 0 && error.status < 500) {
      return error.code === "claim_lost" ? "lost" : "refused";
    }
    return "kept";
  }
}
