"use client";

import { useState } from "react";
import { apiGateway } from "@/client/apiGateway";
import type { Remedies } from "@/features/actions/Errors";
import { useChange } from "@/features/actions/useChange";
import { Dialog } from "@/features/dialog/Dialog";
import { type HabitChoice, HabitForm, type HabitFormShared } from "./HabitForm";

interface Properties {
  shared: HabitFormShared;
  isFirst: boolean;
  remedies: Remedies;
}

export function AddHabit({ shared, isFirst, remedies }: Properties) {
  const [isOpen, setOpen] = useState(false);
  const { isSending, errors, run, clear } = useChange();

  async function save(choice: HabitChoice): Promise<void> {
    const isAdded = await run((idempotencyKey) =>
      apiGateway.post("/coaching/habits/", choice, { idempotencyKey }),
    );
    if (isAdded) {
      setOpen(false);
    }
  }

  function close(): void {
    setOpen(false);
    clear();
  }

  return (
    <>
      <button type="button" className={isFirst ? "btn next" : "btn"} onClick={() => setOpen(true)}>
        {shared.form.add}
      </button>
      <Dialog isOpen={isOpen} title={shared.form.add} onClose={close}>
        <HabitForm
          shared={shared}
          isSending={isSending}
          errors={errors}
          remedies={remedies}
          onSave={save}
          onCancel={close}
        />
      </Dialog>
    </>
  );
}
