"use client";

import { useState } from "react";
import { Icon } from "@/features/shell/Icon";
import type { EditorTexts } from "./texts";

const END_CHARACTERS = 40;

interface Properties {
  mine: string;
  theirs: string;
  texts: EditorTexts["versions"];
  onChoose: (mine: boolean) => void;
}

/** Two versions of a text, of which the learner chooses one. */
export function Versions({ mine, theirs, texts, onChoose }: Properties) {
  const [isMine, setMine] = useState(true);
  const summary = (text: string) =>
    texts.summary
      .replace("{count}", `${text.split(/\s+/).filter(Boolean).length}`)
      .replace("{end}", text.trim().slice(-END_CHARACTERS));
  return (
    <div className="note warn" role="alert">
      <Icon name="alert" />
      <strong>{texts.title}</strong>
      <span>{texts.text}</span>
      <fieldset className="choices">
        <legend className="hide">{texts.title}</legend>
        {[true, false].map((ofMine) => {
          const text = ofMine ? mine : theirs;
          return (
            <label className="choice" key={`${ofMine}`}>
              <input
                type="radio"
                name="version"
                checked={isMine === ofMine}
                onChange={() => setMine(ofMine)}
              />
              <span>
                <strong>{ofMine ? texts.mine : texts.theirs}</strong>
                <span className="hint label">{summary(text)}</span>
              </span>
            </label>
          );
        })}
      </fieldset>
      <details>
        <summary>{texts.theirs}</summary>
        <div className="field">
          <textarea readOnly rows={6} aria-label={texts.theirs} value={theirs} />
        </div>
      </details>
      <span className="acts">
        <button type="button" className="btn" onClick={() => onChoose(isMine)}>
          {texts.keep}
        </button>
      </span>
    </div>
  );
}
