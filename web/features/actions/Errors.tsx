"use client";

import type { ReactNode } from "react";
import { ErrorText } from "@/features/texts/ErrorText";
import type { ActionError } from "./useAction";

/** What is said besides, by the codes of refusals. */
export type Remedies = Record<string, ReactNode>;

interface Properties {
  errors: ActionError[];
  remedies?: Remedies | undefined;
}

/** Why something was not done, beside what was pressed. */
export function Errors({ errors, remedies }: Properties) {
  return (
    <>
      <ErrorText text={errors.map(({ text }) => text).join(" ")} />
      {remedyOf(errors, remedies)}
    </>
  );
}

export function remedyOf(errors: ActionError[], remedies: Remedies = {}): ReactNode {
  return errors.map(({ code }) => remedies[code]).find(Boolean);
}
