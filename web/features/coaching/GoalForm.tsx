import type { FormEvent } from "react";
import { Errors } from "@/features/actions/Errors";
import { TextField } from "@/features/actions/fields";
import type { ActionError } from "@/features/actions/useAction";
import { FormButtons } from "@/features/dialog/FormButtons";
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
  errors: ActionError[];
  onSave: (choice: GoalChoice) => void;
  onCancel: () => void;
}

export function GoalForm({ form, today, goal, isSending, errors, onSave, onCancel }: Properties) {
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
        id="goal-title"
        name="title"
        label={form.title}
        maxLength={200}
        required
        defaultValue={goal?.title ?? ""}
      />
      <TextField
        id="goal-date"
        name="target_date"
        label={form.date}
        type="date"
        required
        min={earliest}
        defaultValue={goal?.target_date}
      />
      <Errors errors={errors} />
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
