"use client";

import { useRouter } from "next/navigation";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { useSending } from "@/features/actions/useChange";

interface Properties {
  /** Which shows the open attempt. */
  page: string;
  quizId: number;
  /** The completed record of the item, which is taken again first; else null. */
  progressId: number | null;
  text: string;
}

/** Starts an attempt; the page then shows its questions. */
export function StartQuiz({ page, quizId, progressId, text }: Properties) {
  const router = useRouter();
  const { isSending, errors, run } = useSending();

  async function start(): Promise<void> {
    const isStarted = await run(async (key) => {
      if (progressId !== null) {
        await postUnless("not_completed", `/progress/${progressId}/attempts/`, `${key}-again`);
      }
      await postUnless("attempt_open", `/quizzes/${quizId}/attempts/`, key);
    });
    if (isStarted) {
      router.replace(page);
      router.refresh();
    }
  }

  return (
    <div className="stack tight">
      <button type="button" className="btn next" disabled={isSending} onClick={() => void start()}>
        {text}
      </button>
      <Errors errors={errors} />
    </div>
  );
}

/** The code says that it was done before. */
async function postUnless(code: string, path: string, idempotencyKey: string): Promise<void> {
  try {
    await apiGateway.post(path, undefined, { idempotencyKey });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === code)) {
      throw error;
    }
  }
}
