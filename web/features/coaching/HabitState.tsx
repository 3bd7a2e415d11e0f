"use client";

import { useRouter } from "next/navigation";
import { apiGateway } from "@/client/apiGateway";
import { type Refusals, useWrite } from "@/client/useWrite";
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
  const router = useRouter();
  const { isSending, error, run } = useWrite(refusals);

  async function move(): Promise<void> {
    const isMoved = await run(async () => {
      await apiGateway.patch(path, { state: to });
    });
    if (isMoved) {
      router.refresh();
    }
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
