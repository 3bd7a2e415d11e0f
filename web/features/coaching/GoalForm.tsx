import type { FormEvent } from "react";
import { FormButtons } from "@/features/dialog/FormButtons";
import { Refused } from "@/features/dialog/Refused";
import { TextField } from "@/features/dialog/TextField";
import type { GoalFormTexts } from "./texts";

export interface GoalChoice {
  title: string;
  target_date: string;
}

interface Properties {
  form: GoalFormTexts;
  today: string;
  goal?: { title: string | null; target_date: string };
  isSending: boolean;
  error: string | null;
  onSave: (choice: GoalChoice) => void;
  onCancel: () => void;
}

export function GoalForm({ form, today, goal, isSending, error, onSave, onCancel }: Properties) {
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const title = (fields.get("title") as string).trim();
    onSave({ title, target_date: fields.get("target_date") as string });
  }

  // A goal whose day is over may keep it.
  const earliest = goal && goal.target_date < today ? goal.target_date : today;
  return (
    <form className="stack" onSubmit={submit}>
      <TextField
        name="title"
        label={form.title}
        maxLength={200}
        required
        defaultValue={goal?.title ?? ""}
      />
      <TextField
        name="target_date"
        label={form.date}
        type="date"
        required
        min={earliest}
        defaultValue={goal?.target_date}
      />
      <Refused text={error} />
      <FormButtons
        submit={form.save}
        kind="next"
        isSending={isSending}
        cancel={form.cancel}
        onCancel={onCancel}
      />
    </form>
  );
}
