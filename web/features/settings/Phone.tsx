"use client";

import type { PhoneNumber } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import type { ActionError } from "@/features/actions/useAction";
import { useChange } from "@/features/actions/useChange";
import { OneField } from "./OneField";
import type { PhoneTexts } from "./texts";

const PATH = "/notifications/phone/";

interface Properties {
  phone: PhoneNumber | null;
  texts: PhoneTexts;
}

/** Sets, confirms or deletes the number for text messages. */
export function Phone({ phone, texts }: Properties) {
  const { isSending, errors, run } = useChange();

  const set = (text: string) => {
    const number = text.replaceAll(" ", "");
    void run(() => apiGateway.put(PATH, { number }));
  };
  const confirm = (code: string) => void run(() => apiGateway.post(`${PATH}confirm/`, { code }));
  const remove = () => void run(() => apiGateway.delete(PATH));
  const form = { isSending, errors, texts };
  if (!phone) {
    return <NumberForm {...form} onSubmit={set} />;
  }
  return (
    <>
      {phone.verified ? <Errors errors={errors} /> : <CodeForm {...form} onSubmit={confirm} />}
      <button type="button" className="btn" disabled={isSending} onClick={remove}>
        {texts.delete}
      </button>
    </>
  );
}

interface FormProperties {
  isSending: boolean;
  errors: ActionError[];
  texts: PhoneTexts;
  onSubmit: (value: string) => void;
}

function NumberForm({ texts, ...form }: FormProperties) {
  return (
    <OneField
      {...form}
      label={texts.number}
      hint={texts.numberHint}
      type="tel"
      autoComplete="tel"
      submit={texts.set}
    />
  );
}

function CodeForm({ texts, ...form }: FormProperties) {
  return (
    <OneField
      {...form}
      label={texts.code}
      autoComplete="one-time-code"
      inputMode="numeric"
      submit={texts.confirm}
    />
  );
}
