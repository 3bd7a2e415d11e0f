"use client";

import { useRef, useState } from "react";
import { ApiError, leadToLogIn } from "@/client/apiGateway";

export interface ActionTexts {
  failed: string;
  offline: string;
  /** Sentences by the API's codes. */
  refusals: Record<string, string>;
}

export interface ActionError {
  field: string | null;
  code: string;
  text: string;
}

/** An answer after which the same request may still be carried out: it keeps its key. */
function isUndecided(error: ApiError): boolean {
  return error.status === 0 || error.status >= 500 || ["busy", "in_flight"].includes(error.code);
}

function errorsOf(error: ApiError, texts: ActionTexts): ActionError[] {
  if (error.status === 0) {
    return [{ field: null, code: error.code, text: texts.offline }];
  }
  const sentence = (code: string, detail: string) =>
    texts.refusals[code] ?? (detail || texts.failed);
  return error.errors.length
    ? error.errors.map(({ field, code, detail }) => ({ field, code, text: sentence(code, detail) }))
    : [{ field: null, code: error.code, text: sentence(error.code, error.message) }];
}

/** Sends one thing at a time, and once: a repetition has the key of the first try. */
export function useAction(texts: ActionTexts) {
  const sending = useRef(false);
  const key = useRef<string | null>(null);
  const [isSending, setSending] = useState(false);
  const [errors, setErrors] = useState<ActionError[]>([]);

  /** Null for a second click. */
  async function run<T>(send: (key: string) => Promise<T>): Promise<T | ApiError | null> {
    if (sending.current) {
      return null;
    }
    sending.current = true;
    setSending(true);
    setErrors([]);
    key.current ??= crypto.randomUUID();
    try {
      const answer = await send(key.current);
      key.current = null;
      return answer;
    } catch (caught) {
      const error = caught instanceof ApiError ? caught : new ApiError(0, "offline", "");
      if (!isUndecided(error)) {
        key.current = null;
      }
      setErrors(errorsOf(error, texts));
      leadToLogIn(error);
      return error;
    } finally {
      sending.current = false;
      setSending(false);
    }
  }

  /** For what was changed since: it is another request. */
  function renew(): void {
    key.current = null;
  }

  return { isSending, errors, run, renew, clear: () => setErrors([]) };
}
