"use client";

import { type ChangeEvent, useRef } from "react";
import type { Artifact } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { bytesText, shareText } from "@/features/texts/bytes";
import { Sync } from "@/features/texts/Sync";
import type { Place } from "@/features/times/clock";
import { clockText } from "@/features/times/clock";
import { RemoveButton } from "./RemoveButton";
import type { EditorTexts } from "./texts";
import { UploadRow } from "./UploadRow";
import type { Uploads } from "./useUploads";

interface Properties {
  submissionId: string;
  files: Artifact[];
  uploads: Uploads;
  texts: EditorTexts;
  place: Place;
}

/** The files of a draft: those that core has, and those on their way. */
export function Files({ submissionId, files, uploads, texts, place }: Properties) {
  const input = useRef<HTMLInputElement>(null);
  const { locale } = place;

  function choose(event: ChangeEvent<HTMLInputElement>): void {
    uploads.list.add([...(event.target.files ?? [])]);
    event.target.value = ""; // the same file may be chosen again
  }

  return (
    <div className="stack tight">
      <p className="label" id="files-label">
        {texts.files.label}
      </p>
      <ul className="list" aria-labelledby="files-label">
        {files.map(({ id, name, size, created_at }) => (
          <li key={id}>
            <p className="row apart">
              <span className="row">
                <Icon name="file" />
                {name}
              </span>
              <span className="num small soft">{bytesText(size, locale)}</span>
            </p>
            <div className="row apart">
              <Sync
                state="accepted"
                texts={texts.sync}
                time={clockText(new Date(created_at), place)}
              />
              <RemoveButton
                path={`/submissions/${submissionId}/artifacts/${id}/`}
                name={name}
                texts={texts.files}
              />
            </div>
          </li>
        ))}
        {uploads.uploads.map((upload) => (
          <UploadRow
            key={upload.name}
            upload={upload}
            list={uploads.list}
            texts={texts.files}
            locale={locale}
          />
        ))}
        {uploads.unfinished.map(({ name, size, sent }) => (
          <li key={name}>
            <p className="row apart">
              <span className="row">
                <Icon name="file" />
                {name}
              </span>
              <span className="num small">{shareText(sent, size, locale, texts.files.of)}</span>
            </p>
            <p className="small">
              <strong>{texts.files.unfinished}</strong> {texts.files.chooseAgain}
            </p>
            <button type="button" className="btn quiet" onClick={() => uploads.list.remove(name)}>
              {texts.files.forget}
            </button>
          </li>
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
      <p>
        <button type="button" className="btn" onClick={() => input.current?.click()}>
          {texts.files.add}
        </button>
      </p>
      <p className="meta">{texts.files.limits}</p>
    </div>
  );
}
