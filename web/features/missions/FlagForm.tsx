"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import type { FlagStatus } from "@/api/core";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { type Sentences, sentenceOf } from "@/client/sentences";
import { Icon } from "@/features/shell/Icon";

interface Properties {
  missionId: string;
  texts: { label: string; hint: string; submit: string; wrong: string };
  sentences: Sentences;
}

/** Enters the flag that the learner found in the lab. */
export function FlagForm({ missionId, texts, sentences }: Properties) {
  const router = useRouter();
  const sending = useRef(false);
  const key = useRef("");
  const [flag, setFlag] = useState("");
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  function write(written: string): void {
    setFlag(written);
    key.current = "";
  }

  async function enter(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (sending.current || !flag.trim()) {
      return;
    }
    sending.current = true;
    setSending(true);
    setProblem(null);
    key.current ||= crypto.randomUUID();
    const path = `/missions/${missionId}/flags/`;
    try {
      const options = { idempotencyKey: key.current };
      const { body } = await apiGateway.post<FlagStatus>(path, { flag: flag.trim() }, options);
      setProblem(body.solved ? null : texts.wrong);
      router.refresh();
    } catch (error) {
      if (error instanceof ApiError && error.code === "flag_found") {
        router.refresh();
      } else {
        setProblem(sentenceOf(error, sentences));
      }
    }
    sending.current = false;
    setSending(false);
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
          onChange={(event) => write(event.target.value)}
        />
        {problem && (
          <p className="error" id="flag-error" role="alert">
            <Icon name="alert" className="s" />
            {problem}
          </p>
        )}
      </div>
      <button type="submit" className="btn" disabled={isSending}>
        {texts.submit}
      </button>
    </form>
  );
}
