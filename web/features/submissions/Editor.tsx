"use client";

import type { Artifact } from "@/api/core";
import type { Place } from "@/features/times/clock";
import { Files } from "./Files";
import { HandIn } from "./HandIn";
import { Links } from "./Links";
import type { Accepted } from "./saveText";
import { TextDraft } from "./TextDraft";
import type { EditorTexts } from "./texts";
import { useDraftText } from "./useDraftText";
import { useUploads } from "./useUploads";

interface Properties {
  userId: number;
  submissionId: string;
  /** What the draft is called while it is kept on the phone. */
  title: string;
  handInTitle: string;
  accepted: Accepted | null;
  acceptedAt: string | null;
  artifacts: Artifact[];
  maxBytes: number;
  texts: EditorTexts;
  place: Place;
}

/** A draft: its text, links and files, and handing it in. */
export function Editor(properties: Properties) {
  const { userId, submissionId, handInTitle, artifacts, maxBytes } = properties;
  const { texts, place } = properties;
  const draft = useDraftText({ ...properties, notKept: texts.text.notKept });
  const uploads = useUploads({ userId, submissionId, maxBytes });
  return (
    <div className="stack">
      <TextDraft draft={draft} texts={texts} />
      <Links
        userId={userId}
        submissionId={submissionId}
        links={artifacts.filter(({ kind }) => kind === "link")}
        texts={texts}
      />
      <Files
        submissionId={submissionId}
        files={artifacts.filter(({ kind }) => kind === "file")}
        uploads={uploads}
        texts={texts}
        place={place}
      />
      <HandIn
        userId={userId}
        submissionId={submissionId}
        title={handInTitle}
        draft={draft}
        isUploading={uploads.isBusy}
        isEmpty={!draft.text.trim() && artifacts.length === 0 && !uploads.isBusy}
        texts={texts}
      />
    </div>
  );
}
