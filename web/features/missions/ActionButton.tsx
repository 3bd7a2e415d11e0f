"use client";

import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { type Sentences, sentenceOf } from "@/client/sentences";
import { Icon } from "@/features/shell/Icon";

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
  const sending = useRef(false);
  const key = useRef("");
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function act(): Promise<void> {
    dialog.current?.close();
    if (sending.current) {
      return;
    }
    sending.current = true;
    setSending(true);
    setProblem(null);
    key.current ||= crypto.randomUUID();
    try {
      await apiGateway.post(path, undefined, { idempotencyKey: key.current });
      router.refresh();
    } catch (error) {
      if (error instanceof ApiError && error.status > 0) {
        key.current = ""; // the refusal is stored for its key
      }
      if (error instanceof ApiError && done.includes(error.code)) {
        router.refresh();
      } else {
        setProblem(sentenceOf(error, sentences));
      }
    }
    sending.current = false;
    setSending(false);
  }

  const ask = confirmation ? () => dialog.current?.showModal() : () => void act();
  return (
    <>
      <button type="button" className={className} disabled={isSending} onClick={ask}>
        {text}
      </button>
      {problem && (
        <p className="error" role="alert">
          <Icon name="alert" className="s" />
          {problem}
        </p>
      )}
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
