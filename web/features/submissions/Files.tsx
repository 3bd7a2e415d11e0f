"use client";

import { type ChangeEvent, useRef } from "react";
import type { Artifact } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { bytesText, shareText } from "@/features/texts/bytes";
import { Sync } from "@/features/texts/Sync";
import type { Place } from "@/features/times/clock";
import { clockText } from "@/features/times/clock";
import type { KeptFile } from "./drafts";
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
        {files.map((file) => (
          <SentFile key={file.id} file={file} {...{ submissionId, texts, place }} />
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
        {uploads.unfinished.map((file) => (
          <UnfinishedFile
            key={file.name}
            file={file}
            texts={texts.files}
            locale={locale}
            onForget={() => uploads.list.remove(file.name)}
          />
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

type SentProperties = Pick<Properties, "submissionId" | "texts" | "place"> & { file: Artifact };

/** A file that core has. */
function SentFile({ submissionId, file, texts, place }: SentProperties) {
  const { id, name, size, created_at } = file;
  return (
    <li>
      <p className="row apart">
        <span className="row">
          <Icon name="file" />
          {name}
        </span>
        <span className="num small soft">{bytesText(size, place.locale)}</span>
      </p>
      <div className="row apart">
        <Sync state="accepted" texts={texts.sync} time={clockText(new Date(created_at), place)} />
        <RemoveButton
          path={`/submissions/${submissionId}/artifacts/${id}/`}
          name={name}
          texts={texts.files}
        />
      </div>
    </li>
  );
}

interface UnfinishedProperties {
  file: KeptFile;
  texts: EditorTexts["files"];
  locale: string;
  onForget: () => void;
}

/** A file of an earlier visit that did not arrive whole. */
function UnfinishedFile({ file, texts, locale, onForget }: UnfinishedProperties) {
  return (
    <li>
      <p className="row apart">
        <span className="row">
          <Icon name="file" />
          {file.name}
        </span>
        <span className="num small">{shareText(file.sent, file.size, locale, texts.of)}</span>
      </p>
      <p className="small">
        <strong>{texts.unfinished}</strong> {texts.chooseAgain}
      </p>
      <button type="button" className="btn quiet" onClick={onForget}>
        {texts.forget}
      </button>
    </li>
  );
}
