import { type FormEvent, type InputHTMLAttributes, useId } from "react";
import { Refused } from "@/features/dialog/Refused";

interface Properties extends Omit<InputHTMLAttributes<HTMLInputElement>, "onSubmit"> {
  label: string;
  hint?: string;
  submit: string;
  cancel?: string;
  isSending: boolean;
  error: string | null;
  onSubmit: (value: string) => void;
  onCancel?: () => void;
}

/** A form that asks for one thing. */
export function OneField(properties: Properties) {
  const { label, hint, submit, cancel, isSending, error, onSubmit, onCancel, ...input } =
    properties;
  const id = useId();

  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onSubmit(new FormData(event.currentTarget).get("value") as string);
  }

  return (
    <form className="stack" onSubmit={send}>
      <div className="field">
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p className="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )}
        <input
          id={id}
          name="value"
          required
          aria-describedby={hint ? `${id}-hint` : undefined}
          {...input}
        />
      </div>
      <Refused text={error} />
      <div className="acts">
        <button type="submit" className="btn" disabled={isSending}>
          {submit}
        </button>
        {cancel && (
          <button type="button" className="btn quiet" onClick={onCancel}>
            {cancel}
          </button>
        )}
      </div>
    </form>
  );
}
