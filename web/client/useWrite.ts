"use client";

import { useRef, useState } from "react";
import { ApiError } from "./apiGateway";

/** Sentences by the code of a refusal, in the user's language. */
export type Refusals = Record<string, string>;

export interface Write {
  isSending: boolean;
  /** Why the last write was refused. */
  error: string | null;
  clear: () => void;
  /**
   * Sends something once, however often the button is pressed. The key is the same until it arrives.
   * False if it was refused or is under way already.
   */
  run: (send: (idempotencyKey: string) => Promise<unknown>) => Promise<boolean>;
}

/** For what a person does with a button or a form. */
export function useWrite(refusals: Refusals): Write {
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const sending = useRef(false);
  const key = useRef<string | null>(null);

  async function run(send: (idempotencyKey: string) => Promise<unknown>): Promise<boolean> {
    if (sending.current) {
      return false;
    }
    sending.current = true;
    setSending(true);
    setError(null);
    key.current ??= crypto.randomUUID();
    try {
      await send(key.current);
      key.current = null;
      return true;
    } catch (problem) {
      if (!mayHaveArrived(problem)) {
        key.current = null;
      }
      setError(sentenceOf(problem, refusals));
      return false;
    } finally {
      sending.current = false;
      setSending(false);
    }
  }

  return { isSending, error, clear: () => setError(null), run };
}

/** Without an answer, or with one of a service in trouble, the same request may be sent again. */
function mayHaveArrived(problem: unknown): boolean {
  return problem instanceof ApiError && (problem.status === 0 || problem.status >= 500);
}

export function sentenceOf(problem: unknown, refusals: Refusals): string {
  if (!(problem instanceof ApiError)) {
    return refusals.failed ?? "";
  }
  const { code, message, errors } = problem;
  const first = errors[0];
  const known = (first && refusals[first.code]) ?? refusals[code];
  return known ?? first?.detail ?? message;
}
