"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useRef, useState, useTransition } from "react";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { Errors } from "./Errors";
import { type Question, QuestionDialog } from "./QuestionDialog";
import { useAction } from "./useAction";

interface Properties {
  method?: "post" | "put" | "patch" | "delete";
  path: string;
  body?: Record<string, unknown>;
  className?: string;
  /** Asked before it is done. */
  question?: Question;
  /** The page after it; else this one is read again. */
  to?: string;
  /** Said after it. */
  done?: string;
  /** Whether a repetition with the same key does nothing twice. */
  hasKey?: boolean;
  /** Codes of refusals that say that it is done already. */
  doneCodes?: string[];
  children: ReactNode;
}

/** A button that does one thing at the API. */
export function ActionButton(properties: Properties) {
  const { method = "post", path, body, className = "btn", question, to } = properties;
  const { done, hasKey = true, doneCodes = [], children } = properties;
  const router = useRouter();
  const { isSending, errors, run } = useAction();
  const [isLoading, startLoading] = useTransition();
  const [isDone, setDone] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);

  async function act(): Promise<void> {
    dialog.current?.close();
    const sent = await run((idempotencyKey) =>
      apiGateway[method](path, body, method === "post" && hasKey ? { idempotencyKey } : {}).catch(
        unlessDone,
      ),
    );
    if (sent === null || sent instanceof ApiError) {
      return;
    }
    setDone(true);
    startLoading(() => (to ? router.push(to) : router.refresh()));
  }

  function unlessDone(error: unknown): void {
    if (!(error instanceof ApiError && doneCodes.includes(error.code))) {
      throw error;
    }
  }

  return (
    <>
      <button
        type="button"
        className={className}
        disabled={isSending || isLoading}
        onClick={() => (question ? dialog.current?.showModal() : act())}
      >
        {children}
      </button>
      {isDone && done && (
        <span className="meta" role="status">
          {done}
        </span>
      )}
      <Errors errors={errors} />
      {question && <QuestionDialog dialog={dialog} question={question} onYes={act} />}
    </>
  );
}
