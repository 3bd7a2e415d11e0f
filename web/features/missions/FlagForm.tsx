"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import type { FlagStatus } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import type { Sentences } from "@/client/sentences";
import { useSend } from "@/client/useSend";
import { ErrorText } from "@/features/texts/ErrorText";

interface Properties {
  missionId: string;
  texts: { label: string; hint: string; submit: string; wrong: string };
  sentences: Sentences;
}

/** Enters the flag that the learner found in the lab. */
export function FlagForm({ missionId, texts, sentences }: Properties) {
  const router = useRouter();
  const [flag, setFlag] = useState("");
  const { isSending, problem, say, send } = useSend(sentences);
  const entered = flag.trim();

  async function enter(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!entered) {
      return;
    }
    await send(entered, async (idempotencyKey) => {
      const path = `/missions/${missionId}/flags/`;
      const body = { flag: entered };
      const answer = await apiGateway.post<FlagStatus>(path, body, { idempotencyKey });
      say(answer.body.solved ? null : texts.wrong);
      router.refresh();
      return false;
    });
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
