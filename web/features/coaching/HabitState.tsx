"use client";

import { apiGateway } from "@/client/apiGateway";
import { Errors, type Remedies } from "@/features/actions/Errors";
import { useChange } from "@/features/actions/useChange";

interface Properties {
  path: string;
  to: "active" | "archived";
  text: string;
  /** What a screen reader adds, where several buttons read the same. */
  hidden?: string;
  remedies?: Remedies;
}

/** Puts a habit away or takes it up again. */
export function HabitState({ path, to, text, hidden, remedies }: Properties) {
  const { isSending, errors, run } = useChange();

  async function move(): Promise<void> {
    await run(() => apiGateway.patch(path, { state: to }));
  }

  return (
    <>
      <button type="button" className="btn quiet" disabled={isSending} onClick={move}>
        {text}
        {hidden && <span className="hide"> {hidden}</span>}
      </button>
      <Errors errors={errors} remedies={remedies} />
    </>
  );
}
