"use client";

import type { InputHTMLAttributes } from "react";
import { Icon } from "@/features/shell/Icon";
import { useFieldErrors } from "./Form";

interface Properties extends InputHTMLAttributes<HTMLInputElement> {
  name: string;
  label: string;
  hint?: string;
}

/** A labelled input with its hint and what is wrong with it. */
export function Field({ name, label, hint, ...input }: Properties) {
  const errors = useFieldErrors(name);
  const hintId = `${name}-hint`;
  const errorId = `${name}-error`;
  const described = [hint && hintId, errors.length && errorId].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      {hint && (
        <p className="hint" id={hintId}>
          {hint}
        </p>
      )}
      <input
        id={name}
        name={name}
        aria-invalid={errors.length ? true : undefined}
        aria-describedby={described || undefined}
        {...input}
      />
      {errors.length > 0 && (
        <p className="error" id={errorId}>
          <Icon name="alert" className="s" />
          {errors.join(" ")}
        </p>
      )}
    </div>
  );
}
