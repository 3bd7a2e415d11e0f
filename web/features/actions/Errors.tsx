"use client";

import { ErrorText } from "@/features/texts/ErrorText";
import type { ActionError } from "./useAction";

/** Why something was not done, beside what was pressed. */
export function Errors({ errors }: { errors: ActionError[] }) {
  return <ErrorText text={errors.map(({ text }) => text).join(" ")} />;
}
