"use client";

import { type ReactNode, useState } from "react";
import { ApiForm } from "@/features/actions/ApiForm";
import { LostWebhook } from "./LostWebhook";
import { Secret } from "./Secret";
import type { LostTexts, SecretTexts } from "./texts";
import { useLostWebhook } from "./useLostWebhook";

interface Properties {
  texts: { secretForm: SecretTexts; lostAnswer: LostTexts };
  submit: string;
  /** The fields, with the organization. */
  children: ReactNode;
}

const SHAPE = { organization: "number", url: "text", description: "text", types: "list" } as const;
/** The fields that these refusals are about. */
const ABOUT = { address_refused: "url" };

/** Adds a webhook and shows its secret once. */
export function AddWebhook({ texts, submit, children }: Properties) {
  const [secret, setSecret] = useState<string | null>(null);
  const lost = useLostWebhook();
  return (
    <>
      {secret && <Secret secret={secret} texts={texts.secretForm} />}
      <ApiForm
        path="/webhook-subscriptions/"
        shape={SHAPE}
        about={ABOUT}
        submit={submit}
        className="btn next"
        hasKey={false}
        isWaiting={lost.sent !== null && lost.found === null}
        onDone={(answer) => {
          setSecret(`${answer.secret}`);
          lost.clear();
        }}
        onLost={(body) => {
          setSecret(null);
          void lost.read(body);
        }}
      >
        {children}
      </ApiForm>
      <LostWebhook lost={lost} texts={texts.lostAnswer} />
    </>
  );
}
