"use client";

import { useState } from "react";
import type { ConsentKind } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { useChange } from "@/features/actions/useChange";
import { CONSENT_VERSION } from "./consentVersion";

interface Properties {
  kind: ConsentKind;
  isGiven: boolean;
  text: string;
  hint: string;
  saved: string;
}

/** A consent that is given or taken back by one press. */
export function ConsentChoice({ kind, isGiven, text, hint, saved }: Properties) {
  const { isSending, errors, run } = useChange();
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
      <Errors errors={errors} />
    </div>
  );
}
