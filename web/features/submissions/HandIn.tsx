"use client";

import { useState } from "react";
import { Icon } from "@/features/shell/Icon";
import { Sync } from "@/features/texts/Sync";
import type { EditorTexts } from "./texts";
import { type HandInOptions, useHandIn } from "./useHandIn";

interface Properties extends Omit<HandInOptions, "notSent"> {
  isEmpty: boolean;
  texts: EditorTexts;
}

/** Hands in a draft, if need be once its files are there or the line is back. */
export function HandIn({ isEmpty, texts, ...options }: Properties) {
  const { draft, isUploading } = options;
  const { state, problem, handIn, cancel } = useHandIn({
    ...options,
    notSent: texts.handIn.notSent,
  });
  const [isPressed, setPressed] = useState(false);
  const message = problem ?? (isPressed && isEmpty ? texts.handIn.nothing : null);
  return (
    <div className="stack tight">
      <div className="acts">
        <button
          type="button"
          className="btn next"
          disabled={state !== "ready"}
          aria-busy={state === "sending"}
          onClick={isEmpty ? () => setPressed(true) : handIn}
        >
          {isUploading ? texts.handIn.whenThere : texts.handIn.button}
        </button>
        <button type="button" className="btn" onClick={() => void draft.save()}>
          {texts.text.keep}
        </button>
      </div>
      {(state === "whenThere" || state === "queued") && (
        <div className="row small">
          {state === "queued" && <Sync state="kept" texts={texts.sync} />}
          <span role="status">
            {state === "queued" ? texts.handIn.queued : texts.handIn.waiting}
          </span>
          <button type="button" className="btn quiet" onClick={cancel}>
            {texts.handIn.cancel}
          </button>
        </div>
      )}
      {message && (
        <p className="error" role="alert">
          <Icon name="alert" className="s" />
          {message}
        </p>
      )}
    </div>
  );
}
