"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, type ReactNode, useState } from "react";
import type { WebhookSubscriptionWithSecret } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { bodyOf } from "@/features/actions/body";
import { Errors } from "@/features/actions/Errors";
import { useSending } from "@/features/actions/useChange";
import { Secret } from "./Secret";
import type { SecretTexts } from "./texts";

interface Properties {
  texts: SecretTexts;
  submit: string;
  /** The fields, with the organization. */
  children: ReactNode;
}

const SHAPE = { organization: "number", url: "text", description: "text", types: "list" } as const;

/** Adds a webhook and shows its secret once. */
export function AddWebhook({ texts, submit, children }: Properties) {
  const router = useRouter();
  const { isSending, errors, run } = useSending();
  const [secret, setSecret] = useState<string | null>(null);

  function add(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = event.currentTarget;
    const body = bodyOf(new FormData(form), SHAPE);
    void run(async () => {
      const answer = await apiGateway.post<WebhookSubscriptionWithSecret>(
        "/webhook-subscriptions/",
        body,
      );
      setSecret(answer.body.secret);
      form.reset();
      router.refresh();
    });
  }

  return (
    <>
      {secret && <Secret secret={secret} texts={texts} />}
      <form className="stack" onSubmit={add}>
        <Errors errors={errors} />
        <fieldset className="stack" disabled={isSending} aria-busy={isSending}>
          {children}
          <div className="acts">
            <button type="submit" className="btn next">
              {submit}
            </button>
          </div>
        </fieldset>
      </form>
    </>
  );
}
