"use client";

import { useRouter } from "next/navigation";
import type { PhoneNumber } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { type Refusals, useWrite } from "@/client/useWrite";
import { Refused } from "@/features/dialog/Refused";
import { OneField } from "./OneField";
import type { PhoneTexts } from "./texts";

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

  if (!phone) {
    return (
      <OneField
        key="number"
        label={texts.number}
        hint={texts.numberHint}
        type="tel"
        autoComplete="tel"
        submit={texts.set}
        isSending={isSending}
        error={error}
        onSubmit={(number) =>
          send(() =>
            apiGateway.put("/notifications/phone/", { number: number.replaceAll(" ", "") }),
          )
        }
      />
    );
  }
  return (
    <>
      {!phone.verified && (
        <OneField
          key="code"
          label={texts.code}
          autoComplete="one-time-code"
          inputMode="numeric"
          submit={texts.confirm}
          isSending={isSending}
          error={error}
          onSubmit={(code) =>
            send(() => apiGateway.post("/notifications/phone/confirm/", { code }))
          }
        />
      )}
      <button
        type="button"
        className="btn"
        disabled={isSending}
        onClick={() => send(() => apiGateway.delete("/notifications/phone/"))}
      >
        {texts.delete}
      </button>
      {phone.verified && <Refused text={error} />}
    </>
  );
}
