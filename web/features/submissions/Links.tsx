"use client";

import { type FormEvent, useEffect, useState } from "react";
import type { Artifact } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { useChange } from "@/features/actions/useChange";
import { ErrorText } from "@/features/texts/ErrorText";
import { keepLink, keptLink } from "./drafts";
import { RemoveButton } from "./RemoveButton";
import type { EditorTexts } from "./texts";

interface Properties {
  userId: number;
  submissionId: string;
  links: Artifact[];
  texts: EditorTexts;
}

/** The links of a draft, and a field for another one. */
export function Links({ links, ...properties }: Properties) {
  const { submissionId, texts } = properties;
  return (
    <div className="stack tight">
      {links.length > 0 && (
        <ul className="list">
          {links.map(({ id, url }) => (
            <li key={id} className="row apart">
              <a href={url} rel="noreferrer">
                {url}
              </a>
              <RemoveButton
                path={`/submissions/${submissionId}/artifacts/${id}/`}
                name={url}
                texts={texts.files}
              />
            </li>
          ))}
        </ul>
      )}
      <AddLink {...properties} />
    </div>
  );
}

/** What is typed stays on the device until core has it. */
function AddLink({ userId, submissionId, texts }: Omit<Properties, "links">) {
  const [url, setUrl] = useState("");
  const { isSending, errors, run } = useChange();
  const problem = errors[0]?.text;

  useEffect(() => setUrl(keptLink(userId, submissionId)), [userId, submissionId]);

  function write(written: string): void {
    setUrl(written);
    keepLink(userId, submissionId, written);
  }

  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    const body = { kind: "link", url: url.trim() };
    if (!body.url) {
      return;
    }
    const path = `/submissions/${submissionId}/artifacts/`;
    const isAdded = await run(
      (idempotencyKey) => apiGateway.post(path, body, { idempotencyKey }),
      body,
    );
    if (isAdded) {
      write("");
    }
  }

  return (
    <form className="stack tight" onSubmit={add} noValidate>
      <div className="field">
        <label htmlFor="link">{texts.links.label}</label>
        <p className="hint" id="link-hint">
          {texts.links.hint}
        </p>
        <input
          id="link"
          type="url"
          inputMode="url"
          autoComplete="off"
          maxLength={2000}
          value={url}
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? "link-hint link-error" : "link-hint"}
          onChange={(event) => write(event.target.value)}
        />
        <ErrorText id="link-error" text={problem} />
      </div>
      <button type="submit" className="btn" disabled={isSending}>
        {texts.links.add}
      </button>
    </form>
  );
}
