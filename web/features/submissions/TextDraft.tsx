"use client";

import { Icon } from "@/features/shell/Icon";
import { Sync } from "@/features/texts/Sync";
import type { EditorTexts } from "./texts";
import type { DraftText } from "./useDraftText";
import { Versions } from "./Versions";

const MAX_CHARACTERS = 20_000;

/** The text of a draft, and where it is. */
export function TextDraft({ draft, texts }: { draft: DraftText; texts: EditorTexts }) {
  const { text, sync, time, problem, theirs, write, save, choose } = draft;
  return (
    <>
      <div className="field">
        <div className="row apart">
          <label htmlFor="draft-text">{texts.text.label}</label>
          {sync && <Sync state={sync} texts={texts.sync} time={time} />}
        </div>
        <p className="hint" id="draft-hint">
          {texts.text.hint}
        </p>
        <textarea
          id="draft-text"
          aria-describedby="draft-hint"
          rows={9}
          maxLength={MAX_CHARACTERS}
          value={text}
          onChange={(event) => write(event.target.value)}
          onBlur={() => void save()}
        />
        {problem && (
          <p className="error" role="alert">
            <Icon name="alert" className="s" />
            {problem}
          </p>
        )}
      </div>
      {theirs && (
        <Versions mine={text} theirs={theirs.text} texts={texts.versions} onChoose={choose} />
      )}
    </>
  );
}
