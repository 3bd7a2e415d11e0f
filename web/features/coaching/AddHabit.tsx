"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { apiGateway } from "@/client/apiGateway";
import { useWrite } from "@/client/useWrite";
import { Dialog } from "@/features/dialog/Dialog";
import { type HabitChoice, HabitForm, type HabitFormShared } from "./HabitForm";

export function AddHabit({ shared, isFirst }: { shared: HabitFormShared; isFirst: boolean }) {
  const router = useRouter();
  const [isOpen, setOpen] = useState(false);
  const { isSending, error, run, clear } = useWrite(shared.refusals);

  async function save(choice: HabitChoice): Promise<void> {
    const isAdded = await run(async (idempotencyKey) => {
      await apiGateway.post("/coaching/habits/", choice, { idempotencyKey });
    });
    if (isAdded) {
      setOpen(false);
      router.refresh();
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
          error={error}
          onSave={save}
          onCancel={close}
        />
      </Dialog>
    </>
  );
}
