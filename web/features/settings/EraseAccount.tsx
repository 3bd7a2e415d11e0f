"use client";

import { useState } from "react";
import { apiGateway, userOfPage } from "@/client/apiGateway";
import { deleteUserData } from "@/client/unsentStore";
import { useSending } from "@/features/actions/useChange";
import { Dialog } from "@/features/dialog/Dialog";
import { OneField } from "./OneField";
import type { EraseTexts } from "./texts";

/** Erases the account after a dialog that asks for the password, and ends the session. */
export function EraseAccount({ texts }: { texts: EraseTexts }) {
  const [isOpen, setOpen] = useState(false);
  const { isSending, errors, run, clear } = useSending();

  function close(): void {
    setOpen(false);
    clear();
  }

  async function erase(password: string): Promise<void> {
    const isErased = await run(async () => {
      await apiGateway.delete("/users/me/", { password });
    });
    if (isErased) {
      const user = userOfPage();
      if (user !== null) {
        await deleteUserData(user);
      }
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
        <p className="hint">
          {texts.noPassword} <a href="/reset-password">{texts.choosePassword}</a>
        </p>
        <OneField
          label={texts.password}
          type="password"
          autoComplete="current-password"
          submit={texts.submit}
          kind="bad"
          cancel={texts.cancel}
          isSending={isSending}
          errors={errors}
          onSubmit={erase}
          onCancel={close}
        />
      </Dialog>
    </>
  );
}
