"use client";

import { useRouter } from "next/navigation";
import { useRef } from "react";
import { ApiError, apiGateway } from "@/client/apiGateway";
import type { Sentences } from "@/client/sentences";
import { useSend } from "@/client/useSend";
import { ErrorText } from "@/features/texts/ErrorText";

interface Confirmation {
  title: string;
  text: string;
  yes: string;
  no: string;
}

interface Properties {
  /** Of a POST without a body. */
  path: string;
  text: string;
  className?: string;
  /** Asked before it is done. */
  confirmation?: Confirmation;
  /** Codes of refusals that say that it is done already. */
  done?: string[];
  sentences: Sentences;
}

/** A button that does one thing once, and then shows the page as it is then. */
export function ActionButton(properties: Properties) {
  const { path, text, className = "btn", confirmation, done = [], sentences } = properties;
  const router = useRouter();
  const dialog = useRef<HTMLDialogElement>(null);
  const { isSending, problem, send } = useSend(sentences);

  async function act(): Promise<void> {
    dialog.current?.close();
    await send(path, async (idempotencyKey) => {
      await apiGateway.post(path, undefined, { idempotencyKey }).catch((error) => {
        if (!(error instanceof ApiError && done.includes(error.code))) {
          throw error;
        }
      });
      router.refresh();
      return false;
    });
  }

  const ask = confirmation ? () => dialog.current?.showModal() : () => void act();
  return (
    <>
      <button type="button" className={className} disabled={isSending} onClick={ask}>
        {text}
      </button>
      <ErrorText text={problem} />
      {confirmation && (
        <dialog ref={dialog} aria-label={confirmation.title}>
          <h2>{confirmation.title}</h2>
          <p>{confirmation.text}</p>
          <div className="acts">
            <button type="button" className="btn" onClick={() => void act()}>
              {confirmation.yes}
            </button>
            <button type="button" className="btn quiet" onClick={() => dialog.current?.close()}>
              {confirmation.no}
            </button>
          </div>
        </dialog>
      )}
    </>
  );
}
