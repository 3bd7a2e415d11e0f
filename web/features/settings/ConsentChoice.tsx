"use client";

import { useState } from "react";
import type { ConsentKind } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { useAction } from "@/client/useAction";
import type { Refusals } from "@/client/useWrite";
import { Refused } from "@/features/dialog/Refused";
import { CONSENT_VERSION } from "./consentVersion";

interface Properties {
  kind: ConsentKind;
  isGiven: boolean;
  text: string;
  hint: string;
  saved: string;
  refusals: Refusals;
}

/** A consent that is given or taken back by one press. */
export function ConsentChoice({ kind, isGiven, text, hint, saved, refusals }: Properties) {
  const { isSending, error, run } = useAction(refusals);
  const [isChecked, setChecked] = useState(isGiven);
  const [isSaved, setSaved] = useState(false);

  async function choose(given: boolean): Promise<void> {
    setChecked(given);
    setSaved(false);
    const body = { kind, given, ...(given ? { version: CONSENT_VERSION } : {}) };
    const isDone = await run(() => apiGateway.post("/users/me/consents/", body));
    setSaved(isDone);
    if (!isDone) {
      setChecked(!given);
    }
  }

  return (
    <div>
      <label className="choice bare">
        <input
          type="checkbox"
          checked={isChecked}
          disabled={isSending}
          onChange={(event) => choose(event.target.checked)}
        />
        <span>
          {text}
          <span className="hint label">{hint}</span>
        </span>
      </label>
      <p className="meta" role="status">
        {isSaved && saved}
      </p>
      <Refused text={error} />
    </div>
  );
}
