"use client";

import { useRouter } from "next/navigation";
import { ApiError } from "@/client/apiGateway";
import { type ActionError, useAction } from "./useAction";

export interface Sending {
  isSending: boolean;
  errors: ActionError[];
  clear: () => void;
  /** True once it is done. */
  run: (send: (idempotencyKey: string) => Promise<unknown>, about?: unknown) => Promise<boolean>;
}

/** As `useAction`, for what has no answer that is shown. */
export function useSending(): Sending {
  const { isSending, errors, clear, run } = useAction();

  async function runToEnd(...request: Parameters<Sending["run"]>): Promise<boolean> {
    const answer = await run(...request);
    return answer !== null && !(answer instanceof ApiError);
  }

  return { isSending, errors, clear, run: runToEnd };
}

/** As `useSending`, and reads the page again when it is done. */
export function useChange(): Sending {
  const router = useRouter();
  const sending = useSending();

  async function run(...request: Parameters<Sending["run"]>): Promise<boolean> {
    const isDone = await sending.run(...request);
    if (isDone) {
      router.refresh();
    }
    return isDone;
  }

  return { ...sending, run };
}
