"use client";

import { useRef, useState } from "react";
import { ApiError, isRetryable, reasonOf, redirectToLogIn } from "@/client/apiGateway";

export interface ActionError {
  field: string | null;
  code: string;
  text: string;
}

function errorsOf(error: ApiError): ActionError[] {
  return error.errors.length
    ? error.errors.map(({ field, code, detail }) => ({ field, code, text: detail }))
    : [{ field: null, code: error.code, text: error.message }];
}

/** Sends one thing at a time, and once: a repetition has the key of the first try. */
export function useAction() {
  const sending = useRef(false); // the second click comes before the page is drawn again
  const last = useRef<{ key: string; about: string } | null>(null);
  const [isSending, setSending] = useState(false);
  const [errors, setErrors] = useState<ActionError[]>([]);

  /** Null for a second click. A request `about` something else gets another key. */
  async function run<T>(
    send: (key: string) => Promise<T>,
    about: unknown = null,
  ): Promise<T | ApiError | null> {
    if (sending.current) {
      return null;
    }
    sending.current = true;
    setSending(true);
    setErrors([]);
    const request = JSON.stringify(about);
    if (last.current?.about !== request) {
      last.current = { key: crypto.randomUUID(), about: request };
    }
    try {
      const answer = await send(last.current.key);
      last.current = null;
      return answer;
    } catch (caught) {
      const error =
        caught instanceof ApiError ? caught : new ApiError(0, "failed", reasonOf(caught));
      if (!isRetryable(error)) {
        last.current = null; // core stores a refusal for its key
      }
      setErrors(errorsOf(error));
      redirectToLogIn(error);
      return error;
    } finally {
      sending.current = false;
      setSending(false);
    }
  }

  return { isSending, errors, run, clear: () => setErrors([]) };
}
