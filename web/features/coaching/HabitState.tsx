"use client";

import { apiGateway } from "@/client/apiGateway";
import { useAction } from "@/client/useAction";
import type { Refusals } from "@/client/useWrite";
import { Refused } from "@/features/dialog/Refused";

interface Properties {
  path: string;
  to: "active" | "archived";
  text: string;
  /** What a screen reader adds, where several buttons read the same. */
  hidden?: string;
  refusals: Refusals;
}

/** Puts a habit away or takes it up again. */
export function HabitState({ path, to, text, hidden, refusals }: Properties) {
  const { isSending, error, run } = useAction(refusals);

  async function move(): Promise<void> {
    await run(() => apiGateway.patch(path, { state: to }));
  }

  return (
    <>
      <button type="button" className="btn quiet" disabled={isSending} onClick={move}>
        {text}
        {hidden && <span className="hide"> {hidden}</span>}
      </button>
      <Refused text={error} />
    </>
  );
}
