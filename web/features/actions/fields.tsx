"use client";

import type {
  InputHTMLAttributes,
  ReactNode,
  SelectHTMLAttributes,
  TextareaHTMLAttributes,
} from "react";
import { WithErrors } from "./fieldErrors";

interface Labelled {
  /** Of the input; other on each place of a page. */
  id: string;
  name: string;
  label: string;
  hint?: string;
}

interface LabelsProperties extends Omit<Labelled, "hint"> {
  hint: string | undefined;
  children: (described: { "aria-describedby"?: string }) => ReactNode;
}

function Labels({ id, name, label, hint, children }: LabelsProperties) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <WithErrors id={id} name={name} hasHint={hint !== undefined}>
        {children}
      </WithErrors>
    </div>
  );
}

export function TextField({
  label,
  hint,
  ...input
}: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Labels id={input.id} name={input.name} label={label} hint={hint}>
      {(described) => <input {...described} {...input} />}
    </Labels>
  );
}

export function AreaField({
  label,
  hint,
  ...area
}: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Labels id={area.id} name={area.name} label={label} hint={hint}>
      {(described) => <textarea {...described} {...area} />}
    </Labels>
  );
}

interface SelectProperties extends Labelled, SelectHTMLAttributes<HTMLSelectElement> {
  id: string;
  name: string;
  options?: { value: string; label: string }[];
  /** Further options, such as groups of them. */
  children?: ReactNode;
}

export function SelectField({ label, hint, options, children, ...select }: SelectProperties) {
  return (
    <Labels id={select.id} name={select.name} label={label} hint={hint}>
      {(described) => (
        <select {...described} {...select}>
          {options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
          {children}
        </select>
      )}
    </Labels>
  );
}

/** One of several that can be chosen, as checkbox or radio. */
export function Choice({
  label,
  hint,
  type = "checkbox",
  ...input
}: { label: ReactNode; hint?: string } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className="choice">
      <input type={type} {...input} />
      <span>
        {label}
        {hint && <span className="hint label">{hint}</span>}
      </span>
    </label>
  );
}
