"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Artifact } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { type Sentences, sentenceOf } from "@/client/sentences";
import { Icon } from "@/features/shell/Icon";
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
export function Links({ userId, submissionId, links, texts, sentences }: Properties) {
  const router = useRouter();
  const [url, setUrl] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const sending = useRef(false);
  const key = useRef("");

  useEffect(() => setUrl(keptLink(userId, submissionId)), [userId, submissionId]);

  function write(written: string): void {
    setUrl(written);
    key.current = "";
    keepLink(userId, submissionId, written);
  }

  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (sending.current || !url.trim()) {
      return;
    }
    sending.current = true;
    setSending(true);
    setProblem(null);
    key.current ||= crypto.randomUUID();
    const body = { kind: "link", url: url.trim() };
    const path = `/submissions/${submissionId}/artifacts/`;
    try {
      await apiGateway.post(path, body, { idempotencyKey: key.current });
      write("");
      router.refresh();
    } catch (error) {
      setProblem(sentenceOf(error, sentences));
    }
    sending.current = false;
    setSending(false);
  }

  return (
    <form className="stack tight" onSubmit={add} noValidate>
      {links.length > 0 && (
        <ul className="list">
          {links.map(({ id, url: address }) => (
            <li key={id} className="row apart">
              <a href={address} rel="noreferrer">
                {address}
              </a>
              <RemoveButton
                path={`/submissions/${submissionId}/artifacts/${id}/`}
                name={address}
                texts={texts.files}
                sentences={sentences}
              />
            </li>
          ))}
        </ul>
      )}
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
        {problem && (
          <p className="error" id="link-error" role="alert">
            <Icon name="alert" className="s" />
            {problem}
          </p>
        )}
      </div>
      <button type="submit" className="btn" disabled={isSending}>
        {texts.links.add}
      </button>
    </form>
  );
}
