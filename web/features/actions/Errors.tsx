"use client";

import { Icon } from "@/features/shell/Icon";
import type { ActionError } from "./useAction";

/** Why something was not done, beside what was pressed. */
export function Errors({ errors }: { errors: ActionError[] }) {
  if (errors.length === 0) {
    return null;
  }
  return (
    <p className="error" role="alert">
      <Icon name="alert" className="s" />
      {errors.map(({ text }) => text).join(" ")}
    </p>
  );
}
