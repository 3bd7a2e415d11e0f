import { type FormEvent, type InputHTMLAttributes, useId } from "react";
import { Errors } from "@/features/actions/Errors";
import { TextField } from "@/features/actions/fields";
import type { ActionError } from "@/features/actions/useAction";
import { FormButtons } from "@/features/dialog/FormButtons";

interface Properties extends Omit<InputHTMLAttributes<HTMLInputElement>, "onSubmit"> {
  label: string;
  hint?: string;
  submit: string;
  kind?: "next" | "bad" | undefined;
  cancel?: string;
  isSending: boolean;
  errors: ActionError[];
  onSubmit: (value: string) => void;
  onCancel?: () => void;
}

/** A form that asks for one thing. */
export function OneField(properties: Properties) {
  const { submit, kind, cancel, isSending, errors, onSubmit, onCancel, ...input } = properties;

  const id = useId();

  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onSubmit(new FormData(event.currentTarget).get("value") as string);
  }

  return (
    <form className="stack" onSubmit={send}>
      <TextField required {...input} id={id} name="value" />
      <Errors errors={errors} />
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
