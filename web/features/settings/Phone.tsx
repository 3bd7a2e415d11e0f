"use client";

import { useRouter } from "next/navigation";
import type { PhoneNumber } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { type Refusals, useWrite } from "@/client/useWrite";
import { Refused } from "@/features/dialog/Refused";
import { OneField } from "./OneField";
import type { PhoneTexts } from "./texts";

const PATH = "/notifications/phone/";

interface Properties {
  phone: PhoneNumber | null;
  texts: PhoneTexts;
  refusals: Refusals;
}

/** Sets, confirms or deletes the number for text messages. */
export function Phone({ phone, texts, refusals }: Properties) {
  const router = useRouter();
  const { isSending, error, run } = useWrite(refusals);

  async function send(write: () => Promise<unknown>): Promise<void> {
    const isDone = await run(async () => {
      await write();
    });
    if (isDone) {
      router.refresh();
    }
  }

  const set = (text: string) => {
    const number = text.replaceAll(" ", "");
    void send(() => apiGateway.put(PATH, { number }));
  };
  const confirm = (code: string) => void send(() => apiGateway.post(`${PATH}confirm/`, { code }));
  const remove = () => void send(() => apiGateway.delete(PATH));
  const form = { isSending, error, texts };
  if (!phone) {
    return <NumberForm {...form} onSubmit={set} />;
  }
  return (
    <>
      {phone.verified ? <Refused text={error} /> : <CodeForm {...form} onSubmit={confirm} />}
      <button type="button" className="btn" disabled={isSending} onClick={remove}>
        {texts.delete}
      </button>
    </>
  );
}

interface FormProperties {
  isSending: boolean;
  error: string | null;
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
