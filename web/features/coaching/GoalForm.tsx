import type { FormEvent } from "react";
import { Refused } from "@/features/dialog/Refused";
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
      <div className="field">
        <label htmlFor="goal-title">{form.title}</label>
        <input
          id="goal-title"
          name="title"
          maxLength={200}
          required
          defaultValue={goal?.title ?? ""}
        />
      </div>
      <div className="field">
        <label htmlFor="goal-date">{form.date}</label>
        <input
          id="goal-date"
          name="target_date"
          type="date"
          required
          min={earliest}
          defaultValue={goal?.target_date}
        />
      </div>
      <Refused text={error} />
      <div className="acts">
        <button type="submit" className="btn next" disabled={isSending}>
          {form.save}
        </button>
        <button type="button" className="btn quiet" onClick={onCancel}>
          {form.cancel}
        </button>
      </div>
    </form>
  );
}
