"use client";

import { useRef, useState } from "react";
import type { WebhookSubscriptionWithSecret } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { type Question, QuestionDialog } from "@/features/actions/QuestionDialog";
import { useChange } from "@/features/actions/useChange";
import { Secret } from "./Secret";
import type { SecretTexts } from "./texts";

interface Properties {
  id: string;
  texts: SecretTexts;
  question: Question;
}

/** Replaces the secret after a question, and shows the new one once. */
export function RotateSecret({ id, texts, question }: Properties) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { isSending, errors, run } = useChange();
  const [secret, setSecret] = useState<string | null>(null);

  async function rotate(): Promise<void> {
    dialog.current?.close();
    await run(async () => {
      const path = `/webhook-subscriptions/${id}/secret/`;
      const { body } = await apiGateway.post<WebhookSubscriptionWithSecret>(path, undefined);
      setSecret(body.secret);
    });
  }

  return (
    <>
      {secret && <Secret secret={secret} texts={texts} />}
      <Errors errors={errors} />
      <div className="acts">
        <button
          type="button"
          className="btn"
          disabled={isSending}
          onClick={() => dialog.current?.showModal()}
        >
          {texts.rotate}
        </button>
      </div>
      <QuestionDialog dialog={dialog} question={question} onYes={() => void rotate()} />
    </>
  );
}
