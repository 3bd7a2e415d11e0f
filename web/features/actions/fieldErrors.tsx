"use client";

import { createContext, type ReactNode, useContext } from "react";
import { Icon } from "@/features/shell/Icon";
import type { ActionError } from "./useAction";

/** The errors of the form around a field. */
export const FormErrors = createContext<ActionError[]>([]);

interface Properties {
  id: string;
  name: string;
  hasHint: boolean;
  children: (described: { "aria-describedby"?: string }) => ReactNode;
}

/** An input with what is wrong with it below. */
export function WithErrors({ id, name, hasHint, children }: Properties) {
  const texts = useContext(FormErrors)
    .filter(({ field }) => field === name)
    .map(({ text }) => text);
  const describing = [hasHint && `${id}-hint`, texts.length > 0 && `${id}-error`];
  const ids = describing.filter(Boolean).join(" ");
  return (
    <>
      {children(ids ? { "aria-describedby": ids } : {})}
      {texts.length > 0 && (
        <p className="error" id={`${id}-error`}>
          <Icon name="alert" className="s" />
          {texts.join(" ")}
        </p>
      )}
    </>
  );
}
