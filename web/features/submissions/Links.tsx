"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useState } from "react";
import type { Artifact } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import type { Sentences } from "@/client/sentences";
import { useSend } from "@/client/useSend";
import { ErrorText } from "@/features/texts/ErrorText";
import { keepLink, keptLink } from "./drafts";
import { RemoveButton } from "./RemoveButton";
import type { EditorTexts } from "./texts";

interface Properties {
  userId: number;
  submissionId: string;
  links: Artifact[];
  texts: EditorTexts;
  sentences: Sentences;
}

/** The links of a draft, and a field for another one. */
export function Links({ links, ...properties }: Properties) {
  const { submissionId, texts, sentences } = properties;
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
                sentences={sentences}
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
function AddLink({ userId, submissionId, texts, sentences }: Omit<Properties, "links">) {
  const router = useRouter();
  const [url, setUrl] = useState("");
  const { isSending, problem, send } = useSend(sentences);

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
    await send(body.url, async (idempotencyKey) => {
      await apiGateway.post(`/submissions/${submissionId}/artifacts/`, body, { idempotencyKey });
      write("");
      router.refresh();
      return false;
    });
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
