"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import type { ApiTokenRequest, CreatedApiToken } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { TextField } from "@/features/actions/fields";
import { useSending } from "@/features/actions/useChange";
import { Dialog } from "@/features/dialog/Dialog";
import { FormButtons } from "@/features/dialog/FormButtons";
import type { TokenTexts } from "./texts";

interface Properties {
  /** Whether a code proves who asks, in place of the password. */
  isEnrolled: boolean;
  texts: TokenTexts;
}

/** Makes an API token and shows it once. */
export function MakeToken({ isEnrolled, texts }: Properties) {
  const router = useRouter();
  const { isSending, errors, run, clear } = useSending();
  const [isOpen, setOpen] = useState(false);
  const [token, setToken] = useState<string | null>(null);

  function close(): void {
    setOpen(false);
    setToken(null);
    clear();
  }

  function make(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const body = requestOf(new FormData(event.currentTarget));
    void run(async () => {
      setToken((await apiGateway.post<CreatedApiToken>("/auth/tokens/", body)).body.token);
      router.refresh();
    });
  }

  return (
    <>
      <button type="button" className="btn" onClick={() => setOpen(true)}>
        {texts.add}
      </button>
      <Dialog isOpen={isOpen} title={texts.add} onClose={close}>
        {token ? (
          <NewToken token={token} texts={texts} onClose={close} />
        ) : (
          <form className="stack" onSubmit={make}>
            <TokenFields texts={texts} />
            <Proof isEnrolled={isEnrolled} texts={texts} />
            <Errors errors={errors} />
            <FormButtons
              submit={texts.submit}
              isSending={isSending}
              cancel={texts.cancel}
              onCancel={close}
            />
          </form>
        )}
      </Dialog>
    </>
  );
}

interface NewTokenProperties {
  token: string;
  texts: TokenTexts;
  onClose: () => void;
}

function NewToken({ token, texts, onClose }: NewTokenProperties) {
  return (
    <>
      <p role="alert">{texts.shown}</p>
      <TextField
        id="token"
        name="token"
        label={texts.token}
        className="mono"
        readOnly
        value={token}
      />
      <button type="button" className="btn next" onClick={onClose}>
        {texts.close}
      </button>
    </>
  );
}

function TokenFields({ texts }: { texts: TokenTexts }) {
  return (
    <>
      <TextField id="token-name" name="name" label={texts.name} maxLength={80} required />
      <div className="field">
        <label htmlFor="token-scope">{texts.scope}</label>
        <select id="token-scope" name="scope">
          <option value="read">{texts.read}</option>
          <option value="write">{texts.write}</option>
        </select>
      </div>
      <div className="field">
        <label htmlFor="token-days">{texts.days}</label>
        <select id="token-days" name="days" defaultValue="90">
          <option value="30">{texts.days30}</option>
          <option value="90">{texts.days90}</option>
          <option value="366">{texts.days366}</option>
        </select>
      </div>
    </>
  );
}

function Proof({ isEnrolled, texts }: { isEnrolled: boolean; texts: TokenTexts }) {
  return isEnrolled ? (
    <TextField
      id="token-code"
      name="code"
      label={texts.code}
      autoComplete="one-time-code"
      required
    />
  ) : (
    <TextField
      id="token-password"
      name="password"
      label={texts.password}
      type="password"
      autoComplete="current-password"
      required
    />
  );
}

function requestOf(fields: FormData): ApiTokenRequest {
  const [password, code] = [fields.get("password"), fields.get("code")];
  return {
    name: (fields.get("name") as string).trim(),
    scope: fields.get("scope") === "write" ? ["read", "write"] : ["read"],
    expires_in_days: Number(fields.get("days")),
    ...(typeof password === "string" ? { password } : {}),
    ...(typeof code === "string" ? { code } : {}),
  };
}
