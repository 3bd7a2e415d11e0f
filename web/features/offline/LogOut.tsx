"use client";

import { type FormEvent, useRef, useState } from "react";
import { forgetDataUse } from "@/client/dataUseStore";
import { forgetPush } from "@/client/push";
import { unsentOf } from "@/client/unsent";
import { forgetPages, store } from "@/client/unsentStore";

/** Nobody waits longer for a browser that does not answer. */
const FORGET_MS = 2000;

export interface LogOutTexts {
  submit: string;
  /** "Log out with {count} unsent?" */
  title: string;
  text: string;
  stay: string;
  leave: string;
}

/** Logs out, after a question when something is unsent. Without JavaScript at once. */
export function LogOut({ userId, texts }: { userId: number; texts: LogOutTexts }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const isLeaving = useRef(false);
  const [count, setCount] = useState(0);

  async function ask(event: FormEvent): Promise<void> {
    event.preventDefault();
    const unsent = await unsentOf(userId, store).catch(() => []);
    if (unsent.length === 0) {
      await leave();
      return;
    }
    setCount(unsent.length);
    dialog.current?.showModal();
  }

  async function leave(): Promise<void> {
    if (isLeaving.current) {
      return;
    }
    isLeaving.current = true;
    const forgotten = Promise.allSettled([forgetDataUse(userId), forgetPages(), forgetPush()]);
    await Promise.race([forgotten, new Promise((goOn) => setTimeout(goOn, FORGET_MS))]);
    form.current?.submit();
  }

  return (
    <>
      <form method="post" action="/bff/logout" ref={form} onSubmit={ask}>
        <button type="submit" className="btn">
          {texts.submit}
        </button>
      </form>
      <dialog ref={dialog} aria-labelledby="log-out-title">
        <h2 id="log-out-title">{texts.title.replace("{count}", `${count}`)}</h2>
        <p>{texts.text}</p>
        <div className="acts">
          <button type="button" className="btn" onClick={() => dialog.current?.close()}>
            {texts.stay}
          </button>
          <button type="button" className="btn bad" onClick={() => void leave()}>
            {texts.leave}
          </button>
        </div>
      </dialog>
    </>
  );
}
