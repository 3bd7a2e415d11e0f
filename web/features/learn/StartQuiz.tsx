"use client";

import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { type Sentences, sentenceOf } from "@/client/sentences";
import { Icon } from "@/features/shell/Icon";

interface Properties {
  /** Which shows the open attempt. */
  page: string;
  quizId: number;
  /** The completed record of the item, which is taken again first; else null. */
  progressId: number | null;
  text: string;
  sentences: Sentences;
}

/** Starts an attempt; the page then shows its questions. */
export function StartQuiz({ page, quizId, progressId, text, sentences }: Properties) {
  const router = useRouter();
  const sending = useRef(false);
  const keys = useRef<[string, string] | null>(null);
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function start(): Promise<void> {
    if (sending.current) {
      return;
    }
    sending.current = true;
    setSending(true);
    setProblem(null);
    keys.current ??= [crypto.randomUUID(), crypto.randomUUID()];
    try {
      if (progressId !== null) {
        await again(progressId, keys.current[0]);
      }
      const path = `/quizzes/${quizId}/attempts/`;
      await apiGateway.post(path, undefined, { idempotencyKey: keys.current[1] });
      router.replace(page);
      router.refresh();
      return;
    } catch (error) {
      if (error instanceof ApiError && error.code === "attempt_open") {
        router.refresh();
        return;
      }
      if (error instanceof ApiError && error.status > 0) {
        keys.current = null; // the refusal is stored for its key
      }
      setProblem(sentenceOf(error, sentences));
    }
    sending.current = false;
    setSending(false);
  }

  return (
    <div className="stack tight">
      <button type="button" className="btn next" disabled={isSending} onClick={start}>
        {text}
      </button>
      {problem && (
        <p className="error" role="alert">
          <Icon name="alert" className="s" />
          {problem}
        </p>
      )}
    </div>
  );
}

async function again(progressId: number, idempotencyKey: string): Promise<void> {
  try {
    await apiGateway.post(`/progress/${progressId}/attempts/`, undefined, { idempotencyKey });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === "not_completed")) {
      throw error;
    }
  }
}
