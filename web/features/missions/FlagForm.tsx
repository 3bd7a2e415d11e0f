"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import type { FlagStatus } from "@/api/core";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { useAction } from "@/features/actions/useAction";
import { ErrorText } from "@/features/texts/ErrorText";

interface Properties {
  missionId: string;
  texts: { label: string; hint: string; submit: string; wrong: string };
}

/** Enters the flag that the learner found in the lab. */
export function FlagForm({ missionId, texts }: Properties) {
  const router = useRouter();
  const [flag, setFlag] = useState("");
  const [isWrong, setWrong] = useState(false);
  const { isSending, errors, run } = useAction();
  const entered = flag.trim();
  const problem = isWrong ? texts.wrong : errors[0]?.text;

  async function enter(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!entered) {
      return;
    }
    setWrong(false);
    const path = `/missions/${missionId}/flags/`;
    const body = { flag: entered };
    const sent = await run(
      (idempotencyKey) => apiGateway.post<FlagStatus>(path, body, { idempotencyKey }),
      body,
    );
    if (sent !== null && !(sent instanceof ApiError)) {
      setWrong(!sent.body.solved);
      router.refresh();
    }
  }

  return (
    <form className="stack tight" onSubmit={enter}>
      <div className="field">
        <label htmlFor="flag">{texts.label}</label>
        <p className="hint" id="flag-hint">
          {texts.hint}
        </p>
        <input
          id="flag"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={200}
          value={flag}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? "flag-hint flag-error" : "flag-hint"}
          onChange={(event) => setFlag(event.target.value)}
        />
        <ErrorText id="flag-error" text={problem} />
      </div>
      <button type="submit" className="btn" disabled={isSending}>
        {texts.submit}
      </button>
    </form>
  );
}
