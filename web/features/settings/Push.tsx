"use client";

import { useEffect, useState } from "react";
import type { PushSubscription } from "@/api/core";
import { allowPush, type PushState, pushState, stopPush } from "@/client/push";
import { Errors } from "@/features/actions/Errors";
import { useChange } from "@/features/actions/useChange";
import type { PushTexts } from "./texts";

interface Properties {
  userId: number;
  /** Core's, with which a browser subscribes. */
  serverKey: string;
  subscriptions: PushSubscription[];
  texts: PushTexts;
}

/** Allows or stops messages of the browser that it is opened in. */
export function Push({ userId, serverKey, subscriptions, texts }: Properties) {
  const [state, setState] = useState<PushState | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const { isSending, errors, run } = useChange();

  useEffect(() => {
    pushState(subscriptions).then(setState, () => setState("unsupported"));
  }, [subscriptions]);

  async function allow(): Promise<void> {
    setFailed(false);
    await run(async () => {
      try {
        setState(await allowPush(userId, serverKey));
      } catch (error) {
        if (!(error instanceof DOMException)) {
          throw error;
        }
        setFailed(true);
      }
    });
  }

  if (state === null) {
    return null;
  }
  return (
    <>
      <p role="status">{texts[state]}</p>
      {hasFailed && (
        <p className="error" role="alert">
          {texts.failed}
        </p>
      )}
      <Errors errors={errors} />
      {state === "off" && (
        <button type="button" className="btn" disabled={isSending} onClick={() => void allow()}>
          {texts.allow}
        </button>
      )}
      {state === "on" && (
        <button
          type="button"
          className="btn"
          disabled={isSending}
          onClick={() => void run(() => stopPush())}
        >
          {texts.stop}
        </button>
      )}
    </>
  );
}
