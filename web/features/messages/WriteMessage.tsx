"use client";

import { ApiForm } from "@/features/actions/ApiForm";
import { AreaField } from "@/features/actions/fields";
import type { EditorTexts } from "@/features/submissions/texts";
import { AttachFiles } from "./AttachFiles";
import { useAttachments } from "./useAttachments";

export interface WriteTexts {
  text: string;
  addLinks: string;
  links: string;
  linksHint: string;
  send: string;
  sent: string;
  waiting: string;
}

interface Properties {
  match: string;
  maxBytes: number;
  texts: WriteTexts;
  files: EditorTexts["files"];
  locale: string;
}

/** Writes to the other one of a match: a text, with links and files. */
export function WriteMessage(properties: Properties) {
  const { match, maxBytes, texts, files, locale } = properties;
  const attachments = useAttachments(maxBytes);
  return (
    <ApiForm
      path={`/mentorship/matches/${match}/messages/`}
      shape={{ text: "text", links: "lines", artifacts: "list" }}
      submit={texts.send}
      className="btn next"
      done={texts.sent}
      isWaiting={attachments.isBusy}
      onDone={attachments.clear}
    >
      <AreaField id="text" name="text" label={texts.text} rows={4} maxLength={4000} />
      <details>
        <summary>{texts.addLinks}</summary>
        <AreaField
          id="links"
          name="links"
          label={texts.links}
          hint={texts.linksHint}
          rows={2}
          inputMode="url"
        />
      </details>
      <AttachFiles attachments={attachments} texts={files} locale={locale} />
      {attachments.isBusy && <p role="status">{texts.waiting}</p>}
    </ApiForm>
  );
}
