"use client";

import { useState } from "react";
import { apiGateway } from "@/client/apiGateway";
import { useChange } from "@/features/actions/useChange";
import { Dialog } from "@/features/dialog/Dialog";
import type { GoalShared } from "./GoalActions";
import { type GoalChoice, GoalForm } from "./GoalForm";

export function AddGoal({ shared, isFirst }: { shared: GoalShared; isFirst: boolean }) {
  const { form, today } = shared;
  const [isOpen, setOpen] = useState(false);
  const { isSending, errors, run, clear } = useChange();

  async function save(choice: GoalChoice): Promise<void> {
    const isAdded = await run((idempotencyKey) =>
      apiGateway.post("/coaching/goals/", choice, { idempotencyKey }),
    );
    if (isAdded) {
      setOpen(false);
    }
  }

  function close(): void {
    setOpen(false);
    clear();
  }

  const fields = { form, today, isSending, errors, onSave: save, onCancel: close };
  return (
    <>
      <button type="button" className={isFirst ? "btn next" : "btn"} onClick={() => setOpen(true)}>
        {form.add}
      </button>
      <Dialog isOpen={isOpen} title={form.add} onClose={close}>
        <GoalForm {...fields} />
      </Dialog>
    </>
  );
}
