"use client";

import { type ChangeEvent, useRef } from "react";
import { Icon } from "@/features/shell/Icon";
import type { EditorTexts } from "@/features/submissions/texts";
import { UploadRow } from "@/features/submissions/UploadRow";
import { bytesText } from "@/features/texts/bytes";
import type { Attachments } from "./useAttachments";

/** Core takes no more with one message. */
const MAX_FILES = 10;

interface Properties {
  attachments: Attachments;
  texts: EditorTexts["files"];
  locale: string;
}

/** The files that go with a message: those that have arrived, and those on their way. */
export function AttachFiles({ attachments, texts, locale }: Properties) {
  const input = useRef<HTMLInputElement>(null);
  const { files, uploads, list, remove } = attachments;

  function choose(event: ChangeEvent<HTMLInputElement>): void {
    list.add(
      [...(event.target.files ?? [])].slice(
        0,
        Math.max(0, MAX_FILES - files.length - uploads.length),
      ),
    );
    event.target.value = ""; // the same file may be chosen again
  }

  return (
    <div className="stack tight">
      <p className="label" id="files-label">
        {texts.label}
      </p>
      <ul className="list" aria-labelledby="files-label">
        {files.map(({ id, name, size }) => (
          <li key={id}>
            <input type="hidden" name="artifacts" value={id} />
            <p className="row apart">
              <span className="row">
                <Icon name="file" />
                {name}
              </span>
              <span className="num small soft">{bytesText(size, locale)}</span>
            </p>
            <button
              type="button"
              className="btn quiet"
              aria-label={texts.removeName.replace("{name}", name)}
              onClick={() => remove(id)}
            >
              {texts.remove}
            </button>
          </li>
        ))}
        {uploads.map((upload) => (
          <UploadRow key={upload.name} upload={upload} list={list} texts={texts} locale={locale} />
        ))}
      </ul>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-labelledby="files-label"
        onChange={choose}
      />
      {files.length + uploads.length < MAX_FILES && (
        <p>
          <button type="button" className="btn" onClick={() => input.current?.click()}>
            {texts.add}
          </button>
        </p>
      )}
      <p className="meta">{texts.limits}</p>
    </div>
  );
}
