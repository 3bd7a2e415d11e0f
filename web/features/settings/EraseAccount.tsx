"use client";

import { type FormEvent, useState } from "react";
import { apiGateway } from "@/client/apiGateway";
import { type Refusals, useWrite } from "@/client/useWrite";
import { Dialog } from "@/features/dialog/Dialog";
import { Refused } from "@/features/dialog/Refused";
import type { EraseTexts } from "./texts";

/** Erases the account after a dialog that asks for the password, and ends the session. */
export function EraseAccount({ texts, refusals }: { texts: EraseTexts; refusals: Refusals }) {
  const [isOpen, setOpen] = useState(false);
  const { isSending, error, run, clear } = useWrite(refusals);

  function close(): void {
    setOpen(false);
    clear();
  }

  async function erase(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const password = new FormData(event.currentTarget).get("password");
    const isErased = await run(async () => {
      await apiGateway.delete("/users/me/", { password });
    });
    if (isErased) {
      const headers = { accept: "application/json" };
      await fetch("/bff/logout", { method: "POST", headers }).catch(() => undefined);
      location.assign("/log-in");
    }
  }

  return (
    <>
      <button type="button" className="btn bad" onClick={() => setOpen(true)}>
        {texts.open}
      </button>
      <Dialog isOpen={isOpen} title={texts.title} onClose={close}>
        <p>{texts.text}</p>
        <form className="stack" onSubmit={erase}>
          <div className="field">
            <label htmlFor="erase-password">{texts.password}</label>
            <input
              id="erase-password"
              name="password"
              type="password"
              autoComplete="current-password"
              required
            />
          </div>
          <p className="hint">
            {texts.noPassword} <a href="/reset-password">{texts.choosePassword}</a>
          </p>
          <Refused text={error} />
          <div className="acts">
            <button type="button" className="btn" onClick={close}>
              {texts.cancel}
            </button>
            <button type="submit" className="btn bad" disabled={isSending}>
              {texts.submit}
            </button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
