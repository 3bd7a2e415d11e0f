import type { FormEvent, InputHTMLAttributes } from "react";
import { FormButtons } from "@/features/dialog/FormButtons";
import { Refused } from "@/features/dialog/Refused";
import { TextField } from "@/features/dialog/TextField";

interface Properties extends Omit<InputHTMLAttributes<HTMLInputElement>, "onSubmit"> {
  label: string;
  hint?: string;
  submit: string;
  kind?: "next" | "bad" | undefined;
  cancel?: string;
  isSending: boolean;
  error: string | null;
  onSubmit: (value: string) => void;
  onCancel?: () => void;
}

/** A form that asks for one thing. */
export function OneField(properties: Properties) {
  const { submit, kind, cancel, isSending, error, onSubmit, onCancel, ...input } = properties;

  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onSubmit(new FormData(event.currentTarget).get("value") as string);
  }

  return (
    <form className="stack" onSubmit={send}>
      <TextField name="value" required {...input} />
      <Refused text={error} />
      <FormButtons
        submit={submit}
        kind={kind}
        isSending={isSending}
        cancel={cancel}
        onCancel={onCancel}
      />
    </form>
  );
}
