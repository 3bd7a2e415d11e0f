"use client";

import { type FormEvent, useRef, useState } from "react";
import { apiGateway } from "@/client/apiGateway";
import { type Refusals, useWrite } from "@/client/useWrite";
import { Refused } from "@/features/dialog/Refused";
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
      <div className="field">
        <label htmlFor="current_password">{texts.current}</label>
        <input
          id="current_password"
          name="current_password"
          type="password"
          autoComplete="current-password"
          required
        />
      </div>
      <div className="field">
        <label htmlFor="new_password">{texts.new}</label>
        <p className="hint" id="new_password-hint">
          {texts.newHint}
        </p>
        <input
          id="new_password"
          name="new_password"
          type="password"
          autoComplete="new-password"
          required
          aria-describedby="new_password-hint"
        />
      </div>
      <Refused text={error} />
      <p role="status">{isChanged && texts.done}</p>
      <button type="submit" className="btn" disabled={isSending}>
        {texts.submit}
      </button>
    </form>
  );
}
