"use client";

import type { ReactNode } from "react";
import { apiGateway } from "@/client/apiGateway";
import { useAction } from "@/client/useAction";
import type { Refusals } from "@/client/useWrite";
import { Refused } from "./Refused";

interface Properties {
  method: "post" | "delete";
  path: string;
  body?: unknown;
  /** Whether the route takes an idempotency key. */
  isKeyed?: boolean;
  refusals: Refusals;
  className?: string;
  children: ReactNode;
}

/** A button that sends one request and shows the page as it is afterwards. */
export function Press(properties: Properties) {
  const { method, path, body, isKeyed, refusals, className = "btn", children } = properties;
  const { isSending, error, run } = useAction(refusals);

  async function send(): Promise<void> {
    await run((idempotencyKey) =>
      apiGateway[method](path, body, isKeyed ? { idempotencyKey } : {}),
    );
  }

  return (
    <>
      <button type="button" className={className} disabled={isSending} onClick={send}>
        {children}
      </button>
      <Refused text={error} />
    </>
  );
}
