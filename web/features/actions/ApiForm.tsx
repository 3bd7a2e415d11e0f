"use client";

import { useRouter } from "next/navigation";
import {
  type FormEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
  useState,
  useTransition,
} from "react";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { type Body, bodyOf, type Shape } from "./body";
import { type ActionError, useAction } from "./useAction";

interface Properties {
  method?: "post" | "put" | "patch";
  path: string;
  shape: Shape;
  /** What is sent besides. */
  fixed?: Body;
  submit: string;
  /** Of the button. */
  className?: string;
  /** Said after it. */
  done?: string;
  /** The page after it; else this one is read again. */
  to?: string;
  /** Whether the fields stay as they are afterwards. */
  keeps?: boolean;
  hasKey?: boolean;
  children: ReactNode;
}

/** A form that sends JSON to the API, keeps what was typed, and says what to mend. */
export function ApiForm(properties: Properties) {
  const { method = "post", path, shape, fixed, submit, className = "btn" } = properties;
  const { done, to, keeps = false, hasKey = true, children } = properties;
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const { isSending, errors, run } = useAction();
  const [isLoading, startLoading] = useTransition();
  const [isDone, setDone] = useState(false);
  const summary = useMarkedErrors(form, errors);

  async function send(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setDone(false);
    const target = event.currentTarget;
    const body = { ...fixed, ...bodyOf(new FormData(target), shape) };
    const sent = await run(
      (idempotencyKey) =>
        apiGateway[method](path, body, method === "post" && hasKey ? { idempotencyKey } : {}),
      body,
    );
    if (sent === null || sent instanceof ApiError) {
      return;
    }
    setDone(true);
    if (!keeps) {
      target.reset();
    }
    startLoading(() => (to ? router.push(to) : router.refresh()));
  }

  return (
    <form ref={form} className="stack" onSubmit={send} noValidate>
      {errors.length > 0 && <Summary errors={errors} summary={summary} />}
      <fieldset className="stack" disabled={isSending || isLoading} aria-busy={isSending}>
        {children}
        <div className="acts">
          <button type="submit" className={className}>
            {submit}
          </button>
        </div>
      </fieldset>
      {isDone && done && <p role="status">{done}</p>}
    </form>
  );
}

interface SummaryProperties {
  errors: ActionError[];
  summary: RefObject<HTMLDivElement | null>;
}

function Summary({ errors, summary }: SummaryProperties) {
  return (
    <div className="errors" role="alert" tabIndex={-1} ref={summary}>
      <ul>
        {errors.map(({ field, text }) => (
          <li key={`${field} ${text}`}>{text}</li>
        ))}
      </ul>
    </div>
  );
}

/** Marks the inputs that the errors are about, and leads to the summary of them. */
function useMarkedErrors(form: RefObject<HTMLFormElement | null>, errors: ActionError[]) {
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const inputs = [...(form.current?.elements ?? [])].filter((one) => one instanceof HTMLElement);
    for (const input of inputs) {
      const name = input.getAttribute("name") ?? "";
      const isWrong = errors.some(
        ({ field }) => field && (name === field || name.startsWith(`${field}.`)),
      );
      input.removeAttribute("aria-invalid");
      if (isWrong) {
        input.setAttribute("aria-invalid", "true");
      }
    }
    if (errors.length) {
      summary.current?.focus();
    }
  }, [form, errors]);
  return summary;
}
