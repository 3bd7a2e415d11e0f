"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { RecoveryCodes, TotpEnrolment } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { useSending } from "@/features/actions/useChange";
import { Dialog } from "@/features/dialog/Dialog";
import { OneField } from "./OneField";
import type { SecondFactorTexts } from "./texts";

interface Properties {
  isEnrolled: boolean;
  texts: SecondFactorTexts;
}

/** Sets up the second step of the log-in, or removes it. */
export function SecondFactor({ isEnrolled, texts }: Properties) {
  return isEnrolled ? <Removal texts={texts} /> : <SetUp texts={texts} />;
}

type Shared = Omit<Properties, "isEnrolled">;

/** Password, then the key for the app and a code of it, then the recovery codes. */
function SetUp({ texts }: Shared) {
  const router = useRouter();
  const [isOpen, setOpen] = useState(false);
  const [codes, setCodes] = useState<string[] | null>(null);

  function close(): void {
    setOpen(false);
    if (codes) {
      setCodes(null);
      router.refresh();
    }
  }

  return (
    <>
      <button type="button" className="btn" onClick={() => setOpen(true)}>
        {texts.setUp}
      </button>
      <Dialog isOpen={isOpen} title={codes ? texts.codesTitle : texts.setUp} onClose={close}>
        {codes ? (
          <Codes codes={codes} texts={texts} onDone={close} />
        ) : (
          <Steps texts={texts} onCodes={setCodes} onCancel={close} />
        )}
      </Dialog>
    </>
  );
}

interface StepsProperties extends Shared {
  onCodes: (codes: string[]) => void;
  onCancel: () => void;
}

function Steps({ texts, onCodes, onCancel }: StepsProperties) {
  const { isSending, errors, run } = useSending();
  const [enrolment, setEnrolment] = useState<TotpEnrolment | null>(null);

  function begin(password: string): void {
    void run(async () => {
      setEnrolment((await apiGateway.post<TotpEnrolment>("/auth/totp/", { password })).body);
    });
  }

  function confirm(code: string): void {
    void run(async () => {
      const { body } = await apiGateway.post<RecoveryCodes>("/auth/totp/confirm/", { code });
      onCodes(body.recovery_codes);
    });
  }

  const form = { isSending, errors, cancel: texts.cancel, onCancel };
  if (!enrolment) {
    const input = { type: "password", autoComplete: "current-password" };
    return (
      <OneField
        key="password"
        {...form}
        {...input}
        label={texts.password}
        submit={texts.next}
        onSubmit={begin}
      />
    );
  }
  const input = { autoComplete: "one-time-code", inputMode: "numeric" } as const;
  return (
    <>
      <Key enrolment={enrolment} texts={texts} />
      <OneField
        key="code"
        {...form}
        {...input}
        label={texts.code}
        submit={texts.confirm}
        onSubmit={confirm}
      />
    </>
  );
}

function Key({ enrolment, texts }: { enrolment: TotpEnrolment; texts: SecondFactorTexts }) {
  return (
    <>
      <p>{texts.scan}</p>
      <img src={enrolment.qr_svg} alt={texts.qr} width={200} height={200} />
      <p>
        {texts.key}: <code>{enrolment.secret}</code>
      </p>
    </>
  );
}

interface CodesProperties {
  codes: string[];
  texts: SecondFactorTexts;
  onDone: () => void;
}

function Codes({ codes, texts, onDone }: CodesProperties) {
  return (
    <>
      <p role="alert">{texts.codesText}</p>
      <ul className="list">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <button type="button" className="btn next" onClick={onDone}>
        {texts.codesDone}
      </button>
    </>
  );
}

function Removal({ texts }: Shared) {
  const router = useRouter();
  const { isSending, errors, run, clear } = useSending();
  const [isOpen, setOpen] = useState(false);

  function close(): void {
    setOpen(false);
    clear();
  }

  async function remove(code: string): Promise<void> {
    const isRemoved = await run(async () => {
      await apiGateway.delete("/auth/totp/", { code });
    });
    if (isRemoved) {
      close();
      router.refresh();
    }
  }

  return (
    <>
      <button type="button" className="btn bad" onClick={() => setOpen(true)}>
        {texts.remove}
      </button>
      <Dialog isOpen={isOpen} title={texts.removeTitle} onClose={close}>
        <p>{texts.removeText}</p>
        <OneField
          isSending={isSending}
          errors={errors}
          cancel={texts.cancel}
          onCancel={close}
          label={texts.removeCode}
          autoComplete="one-time-code"
          submit={texts.remove}
          onSubmit={remove}
        />
      </Dialog>
    </>
  );
}
