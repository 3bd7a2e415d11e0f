"use client";

import { type FormEvent, useRef, useState } from "react";
import { apiGateway } from "@/client/apiGateway";
import { type Refusals, useWrite } from "@/client/useWrite";
import { FormButtons } from "@/features/dialog/FormButtons";
import { Refused } from "@/features/dialog/Refused";
import { TextField } from "@/features/dialog/TextField";
import type { PasswordTexts } from "./texts";

/** Changes the password; this device stays logged in. */
export function ChangePassword({ texts, refusals }: { texts: PasswordTexts; refusals: Refusals }) {
  const { isSending, error, run } = useWrite(refusals);
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
        name="current_password"
        label={texts.current}
        type="password"
        autoComplete="current-password"
        required
      />
      <TextField
        name="new_password"
        label={texts.new}
        hint={texts.newHint}
        type="password"
        autoComplete="new-password"
        required
      />
      <Refused text={error} />
      <p role="status">{isChanged && texts.done}</p>
      <FormButtons submit={texts.submit} isSending={isSending} />
    </form>
  );
}
