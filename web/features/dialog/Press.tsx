"use client";

import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { apiGateway } from "@/client/apiGateway";
import { type Refusals, useWrite } from "@/client/useWrite";
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
  const router = useRouter();
  const { isSending, error, run } = useWrite(refusals);

  async function send(): Promise<void> {
    const isDone = await run(async (idempotencyKey) => {
      await apiGateway[method](path, body, isKeyed ? { idempotencyKey } : {});
    });
    if (isDone) {
      router.refresh();
    }
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
