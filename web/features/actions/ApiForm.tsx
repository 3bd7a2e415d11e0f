"use client";

import { useRouter } from "next/navigation";
import {
  type FormEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
  useTransition,
} from "react";
import { ApiError, apiGateway, isUncertain } from "@/client/apiGateway";
import { type Body, bodyOf, inputOf, type Shape } from "./body";
import { type Remedies, remedyOf } from "./Errors";
import { FormErrors } from "./fieldErrors";
import { type ActionError, useAction } from "./useAction";

export interface FormProperties {
  method?: "post" | "put" | "patch";
  path: string;
  shape: Shape;
  /** What is sent besides. */
  fixed?: Body;
  /** The fields that refusals without a field are about, by their codes. */
  about?: Record<string, string>;
  remedies?: Remedies;
  /** The version that is changed: the API refuses if there is another one by then. */
  ifMatch?: string | null;
  submit: string;
  /** Of the button. */
  className?: string;
  /** Said after it. */
  done?: string;
  /** The page after it, with `{name}` for a value of the answer; else this one is read again. */
  to?: string;
  /** Whether the fields stay as they are afterwards. */
  keeps?: boolean;
  hasKey?: boolean;
  /** Whether it cannot be sent yet. */
  isWaiting?: boolean;
  onDone?: (answer: Body) => void;
  /** When nobody knows whether what was sent has been done. */
  onLost?: (sent: Body) => void;
  /** When another version than `ifMatch` is stored; said as an error without it. */
  onConflict?: (sent: Body) => void;
  children: ReactNode;
}

/** A form that sends JSON to the API, keeps what was typed, and says what to mend. */
export function ApiForm(properties: FormProperties) {
  const { method = "post", path, shape, fixed, submit, className = "btn" } = properties;
  const { done, to, keeps = false, hasKey = true, about = NOTHING, ifMatch } = properties;
  const { isWaiting, onDone, onLost, onConflict, remedies, children } = properties;
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const { isSending, errors: found, run, clear } = useAction();
  const inputs = useRef((field: string) => field);
  const errors = useErrorsByField(found, about, inputs);
  const [isLoading, startLoading] = useTransition();
  const [isDone, setDone] = useState(false);
  const { summary, places } = useMarkedErrors(form, errors);

  async function send(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    setDone(false);
    const target = event.currentTarget;
    const data = new FormData(target);
    inputs.current = (field) => inputOf(data, shape, field);
    const body = { ...fixed, ...bodyOf(data, shape) };
    const sent = await run(
      (idempotencyKey) =>
        apiGateway[method]<Body>(path, body, {
          ...(method === "post" && hasKey && { idempotencyKey }),
          ...(ifMatch && { ifMatch }),
        }),
      body,
    );
    if (sent === null) {
      return;
    }
    if (sent instanceof ApiError) {
      if (isUncertain(sent)) {
        onLost?.(body);
      } else if (onConflict && sent.status === 412) {
        clear();
        onConflict(body);
      }
      return;
    }
    setDone(true);
    onDone?.(sent.body);
    if (!keeps) {
      target.reset();
    }
    startLoading(() => (to ? router.push(filled(to, sent.body)) : router.refresh()));
  }

  return (
    <form ref={form} className="stack" onSubmit={send} noValidate>
      {errors.length > 0 && <Summary errors={errors} summary={summary} places={places} />}
      {remedyOf(errors, remedies)}
      <fieldset className="stack" disabled={isSending || isLoading} aria-busy={isSending}>
        <FormErrors value={errors}>{children}</FormErrors>
        <div className="acts">
          <button type="submit" className={className} disabled={isWaiting}>
            {submit}
          </button>
        </div>
      </fieldset>
      {isDone && done && <p role="status">{done}</p>}
    </form>
  );
}

const NOTHING: Record<string, string> = {};

/** The errors with the names of the inputs that they are about. */
function useErrorsByField(
  errors: ActionError[],
  about: Record<string, string>,
  inputs: RefObject<(field: string) => string>,
): ActionError[] {
  return useMemo(
    () =>
      errors.map((one) => ({
        ...one,
        field: one.field ? inputs.current(one.field) : (about[one.code] ?? null),
      })),
    [errors, about, inputs],
  );
}

function filled(address: string, answer: Body): string {
  return address.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(`${answer[name]}`));
}

interface Place {
  id: string;
  label: string;
}

interface SummaryProperties {
  errors: ActionError[];
  summary: RefObject<HTMLDivElement | null>;
  /** Of the inputs, by their names. */
  places: Record<string, Place>;
}

function Summary({ errors, summary, places }: SummaryProperties) {
  return (
    <div className="errors" role="alert" tabIndex={-1} ref={summary}>
      <ul>
        {errors.map(({ field, text }) => {
          const place = field ? places[field] : undefined;
          return (
            <li key={`${field} ${text}`}>
              {place && <a href={`#${place.id}`}>{place.label}</a>} {text}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Marks the inputs that the errors are about, and leads to the summary of them. */
function useMarkedErrors(form: RefObject<HTMLFormElement | null>, errors: ActionError[]) {
  const summary = useRef<HTMLDivElement>(null);
  const [places, setPlaces] = useState<Record<string, Place>>({});
  useEffect(() => {
    const labelled: Record<string, Place> = {};
    const inputs = [...(form.current?.elements ?? [])].filter((one) => one instanceof HTMLElement);
    for (const input of inputs) {
      const name = input.getAttribute("name") ?? "";
      const isWrong = errors.some(
        ({ field }) => field && (name === field || name.startsWith(`${field}.`)),
      );
      input.removeAttribute("aria-invalid");
      if (isWrong) {
        input.setAttribute("aria-invalid", "true");
        const label = form.current?.querySelector(`label[for="${input.id}"]`)?.textContent;
        if (label) {
          labelled[name] = { id: input.id, label };
        }
      }
    }
    setPlaces(labelled);
    if (errors.length) {
      summary.current?.focus();
    }
  }, [form, errors]);
  return { summary, places };
}
