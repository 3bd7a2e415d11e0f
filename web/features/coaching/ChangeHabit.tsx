import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Habit } from "@/api/core";
import { useVersioned } from "@/client/useVersioned";
import { Dialog } from "@/features/dialog/Dialog";
import { Refused } from "@/features/dialog/Refused";
import { TwoVersions } from "@/features/dialog/TwoVersions";
import type { HabitShared } from "./HabitCard";
import { type HabitChoice, HabitForm, linesOf } from "./HabitForm";
import { HabitState } from "./HabitState";

/** Changes a habit, or puts it away. */
export function ChangeHabit({ path, shared }: { path: string; shared: HabitShared }) {
  const router = useRouter();
  const { texts, form } = shared;
  const habit = useVersioned<Habit>(path, shared.refusals);
  const [isOpen, setOpen] = useState(false);
  const [choice, setChoice] = useState<HabitChoice | null>(null);

  function close(): void {
    setOpen(false);
    setChoice(null);
    habit.close();
    habit.clear();
  }

  async function save(wanted: HabitChoice): Promise<void> {
    setChoice(wanted);
    if (await habit.save(wanted)) {
      close();
      router.refresh();
    }
  }

  function keep(which: "mine" | "theirs"): void {
    if (which === "mine" && choice) {
      void save(choice);
    } else {
      close();
      router.refresh();
    }
  }

  function open(): void {
    setOpen(true);
    void habit.open();
  }

  const { theirs, value, isSending, error } = habit;
  return (
    <div className="acts">
      <button type="button" className="btn" onClick={open}>
        {texts.change}
      </button>
      <HabitState path={path} to="archived" text={texts.archive} refusals={shared.refusals} />
      <Dialog isOpen={isOpen} title={form.change} onClose={close}>
        {theirs && choice ? (
          <TwoVersions
            texts={shared.versions}
            mine={linesOf(choice, shared)}
            theirs={linesOf(stored(theirs), shared)}
            isSending={isSending}
            onKeep={keep}
          />
        ) : value ? (
          <HabitForm
            shared={shared}
            habit={value}
            isSending={isSending}
            error={error}
            onSave={save}
            onCancel={close}
          />
        ) : error ? (
          <Refused text={error} />
        ) : (
          <p role="status">{form.loading}</p>
        )}
      </Dialog>
    </div>
  );
}

function stored(habit: Habit): HabitChoice {
  const { title, schedule, times_a_week, weekdays, reminder_at } = habit;
  const times = times_a_week === null ? {} : { times_a_week };
  return { title, schedule, reminder_at, weekdays, ...times };
}
