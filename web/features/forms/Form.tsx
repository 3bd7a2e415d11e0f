"use client";

import {
  createContext,
  type FormEvent,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
} from "react";
import type { FormError } from "@/server/forms";

export interface FormTexts {
  /** "One thing to mend", "{count} things to mend". */
  one: string;
  more: string;
  offline: string;
}

interface Properties {
  action: string;
  texts: FormTexts;
  /** From the address of the page, when the form was sent without JavaScript. */
  errors: FormError[];
  token: string;
  children: ReactNode;
}

const Errors = createContext<FormError[]>([]);

/** What is wrong with a field. */
export function useFieldErrors(name: string): string[] {
  return useContext(Errors)
    .filter((error) => error.field === name)
    .map((error) => error.text);
}

/** A form that is sent once, keeps what was typed, and says what to mend. Works without JavaScript. */
export function Form({ action, texts, errors: first, token, children }: Properties) {
  const [errors, setErrors] = useState(first);
  const [isSending, setSending] = useState(false);
  const sending = useRef(false); // the second click comes before the form is drawn again

  const mark = useCallback((now: boolean): void => {
    sending.current = now;
    setSending(now);
  }, []);
  useReopen(mark);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (sending.current) {
      return;
    }
    mark(true);
    const body = new URLSearchParams(new FormData(event.currentTarget) as never);
    try {
      const response = await fetch(action, {
        method: "POST",
        headers: { accept: "application/json" },
        body,
      });
      const answer = (await response.json()) as { to?: string; errors?: FormError[] };
      if (answer.to) {
        location.assign(answer.to);
        return;
      }
      setErrors(answer.errors ?? []);
    } catch {
      setErrors([{ field: null, text: texts.offline }]);
    }
    mark(false);
  }

  return (
    <form className="stack" method="post" action={action} onSubmit={submit} noValidate>
      <input type="hidden" name="form_token" value={token} />
      {errors.length > 0 && <Summary errors={errors} texts={texts} />}
      <Errors.Provider value={errors}>
        <fieldset className="stack" disabled={isSending} aria-busy={isSending}>
          {children}
        </fieldset>
      </Errors.Provider>
    </form>
  );
}

/** The browser's Back may show the page as it was left, while its form was sent. */
function useReopen(mark: (isSending: boolean) => void): void {
  useEffect(() => {
    const reopen = (event: PageTransitionEvent) => {
      if (event.persisted) {
        mark(false);
      }
    };
    addEventListener("pageshow", reopen);
    return () => removeEventListener("pageshow", reopen);
  }, [mark]);
}

/** What has to be mended, with links to the fields; it takes the focus each time. */
function Summary({ errors, texts }: { errors: FormError[]; texts: FormTexts }) {
  const summary = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (errors.length) {
      summary.current?.focus();
    }
  }, [errors]);
  const title = errors.length === 1 ? texts.one : texts.more.replace("{count}", `${errors.length}`);
  return (
    <div className="errors" role="alert" tabIndex={-1} ref={summary}>
      <p>
        <strong>{title}</strong>
      </p>
      <ul>
        {errors.map(({ field, text }) => (
          <li key={`${field} ${text}`}>{field ? <a href={`#${field}`}>{text}</a> : text}</li>
        ))}
      </ul>
    </div>
  );
}
