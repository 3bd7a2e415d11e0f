"use client";

import { useRouter } from "next/navigation";
import { type Refusals, useWrite, type Write } from "./useWrite";

/** As `useWrite`, and shows the page as it is after what was sent. */
export function useAction(refusals: Refusals): Write {
  const router = useRouter();
  const write = useWrite(refusals);

  async function run(send: (idempotencyKey: string) => Promise<unknown>): Promise<boolean> {
    const isDone = await write.run(send);
    if (isDone) {
      router.refresh();
    }
    return isDone;
  }

  return { ...write, run };
}
