"use client";

import { reasonOf } from "@/client/apiGateway";
import { Icon } from "@/features/shell/Icon";
import { bytesText, shareText } from "@/features/texts/bytes";
import type { EditorTexts } from "./texts";
import { Unsendable, type Upload, type UploadList } from "./uploadList";

interface Properties {
  upload: Upload;
  list: UploadList;
  texts: EditorTexts["files"];
  locale: string;
}

/** A file on its way: how much of it arrived, in bytes and as a line. */
export function UploadRow({ upload, list, texts, locale }: Properties) {
  const { name, size, sent, phase, problem } = upload;
  const share = shareText(sent, size, locale, texts.of);
  return (
    <li>
      <p className="row apart">
        <span className="row">
          <Icon name="file" />
          {name}
        </span>
        <span className="num small">
          <strong>{share}</strong>
        </span>
      </p>
      <progress
        value={sent}
        max={size}
        aria-label={texts.progressName.replace("{name}", name).replace("{share}", share)}
      >
        {share}
      </progress>
      {phase === "refused" ? (
        <p className="error" role="alert">
          <Icon name="alert" className="s" />
          {problemText(problem, texts)}
        </p>
      ) : (
        <p className="small" role={phase === "broken" ? "status" : undefined}>
          {stateText(upload, texts, bytesText(sent, locale))}
        </p>
      )}
      <Buttons upload={upload} list={list} texts={texts} />
    </li>
  );
}

function problemText(problem: unknown, texts: Properties["texts"]): string {
  return problem instanceof Unsendable ? texts[problem.reason] : reasonOf(problem);
}

function stateText({ phase }: Upload, texts: Properties["texts"], at: string): string {
  switch (phase) {
    case "waiting":
      return texts.reading;
    case "broken":
      return `${texts.broken} ${texts.brokenText.replace("{at}", at)}`;
    case "paused":
      return texts.paused;
    default:
      return texts.goesOn;
  }
}

function Buttons({ upload, list, texts }: Pick<Properties, "upload" | "list" | "texts">) {
  const { name, phase } = upload;
  const isStopped = phase === "paused" || phase === "refused";
  return (
    <p className="row">
      {isStopped ? (
        <button type="button" className="btn quiet" onClick={() => list.resume(name)}>
          {phase === "paused" ? texts.resume : texts.retry}
        </button>
      ) : (
        <button
          type="button"
          className="btn quiet"
          aria-label={texts.pauseName.replace("{name}", name)}
          onClick={() => list.pause(name)}
        >
          {texts.pause}
        </button>
      )}
      {isStopped && (
        <button
          type="button"
          className="btn quiet"
          aria-label={texts.removeName.replace("{name}", name)}
          onClick={() => list.remove(name)}
        >
          {texts.remove}
        </button>
      )}
    </p>
  );
}
