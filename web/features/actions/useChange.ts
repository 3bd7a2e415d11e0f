"use client";

import { useRouter } from "next/navigation";
import { ApiError } from "@/client/apiGateway";
import { type ActionError, type ActionTexts, useAction } from "./useAction";

export interface Sending {
  isSending: boolean;
  errors: ActionError[];
  clear: () => void;
  /** True once it is done. */
  run: (send: (idempotencyKey: string) => Promise<unknown>) => Promise<boolean>;
}

/** As `useAction`, for what has no answer that is shown. */
export function useSending(texts: ActionTexts): Sending {
  const { isSending, errors, clear, run } = useAction(texts);

  async function send(write: (idempotencyKey: string) => Promise<unknown>): Promise<boolean> {
    const answer = await run(write);
    return answer !== null && !(answer instanceof ApiError);
  }

  return { isSending, errors, clear, run: send };
}

/** As `useSending`, and reads the page again when it is done. */
export function useChange(texts: ActionTexts): Sending {
  const router = useRouter();
  const sending = useSending(texts);

  async function run(send: (idempotencyKey: string) => Promise<unknown>): Promise<boolean> {
    const isDone = await sending.run(send);
    if (isDone) {
      router.refresh();
    }
    return isDone;
  }

  return { ...sending, run };
}
