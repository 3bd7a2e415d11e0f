"use client";

import { type FormEvent, useRef, useState } from "react";
import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { TextField } from "@/features/actions/fields";
import { useSending } from "@/features/actions/useChange";
import { FormButtons } from "@/features/dialog/FormButtons";
import type { PasswordTexts } from "./texts";

/** Changes the password; this device stays logged in. */
export function ChangePassword({ texts }: { texts: PasswordTexts }) {
  const { isSending, errors, run } = useSending();
  const [isChanged, setChanged] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  async function change(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(event.currentTarget));
    const isDone = await run(async () => {
      await apiGateway.post("/users/me/password/", body);
    });
    setChanged(isDone);
    if (isDone) {
      form.current?.reset();
    }
  }

  return (
    <form className="stack" ref={form} onSubmit={change}>
      <TextField
        id="current-password"
        name="current_password"
        label={texts.current}
        type="password"
        autoComplete="current-password"
        required
      />
      <TextField
        id="new-password"
        name="new_password"
        label={texts.new}
        hint={texts.newHint}
        type="password"
        autoComplete="new-password"
        required
      />
      <Errors errors={errors} />
      <p role="status">{isChanged && texts.done}</p>
      <FormButtons submit={texts.submit} isSending={isSending} />
    </form>
  );
}
