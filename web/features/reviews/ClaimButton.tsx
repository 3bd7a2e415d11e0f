"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useState, useTransition } from "react";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { useAction } from "@/features/actions/useAction";

interface HeldClaim {
  submission: string;
  title: string;
}

interface Properties {
  submission: string;
  /** Before the list of what the reviewer holds, when that is as much as possible. */
  limit: string;
  className?: string;
  children: ReactNode;
}

/** Claims a work and opens it. */
export function ClaimButton({ submission, limit, className = "btn", children }: Properties) {
  const router = useRouter();
  const { isSending, errors, run } = useAction();
  const [isLoading, startLoading] = useTransition();
  const [held, setHeld] = useState<HeldClaim[]>([]);

  async function claim(): Promise<void> {
    const path = `/reviews/${submission}/claim/`;
    const claimed = await run((idempotencyKey) =>
      apiGateway.post(path, undefined, { idempotencyKey }),
    );
    if (claimed instanceof ApiError) {
      setHeld((claimed.body.claims as HeldClaim[] | undefined) ?? []);
    } else if (claimed) {
      startLoading(() => {
        router.push(`/reviews/${submission}`);
        router.refresh();
      });
    }
  }

  return (
    <>
      <button type="button" className={className} disabled={isSending || isLoading} onClick={claim}>
        {children}
      </button>
      {held.length > 0 && errors.length > 0 ? (
        <div className="errors" role="alert">
          <p>{limit}</p>
          <ul>
            {held.map((one) => (
              <li key={one.submission}>
                <a href={`/reviews/${one.submission}`}>{one.title}</a>
              </li>
            ))}
          </ul>
        </div>
      ) : (
        <Errors errors={errors} />
      )}
    </>
  );
}
