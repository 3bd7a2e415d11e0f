"use client";

import { type RefObject, useId } from "react";

export interface Question {
  title: string;
  text: string;
  yes: string;
  no: string;
}

interface Properties {
  dialog: RefObject<HTMLDialogElement | null>;
  question: Question;
  onYes: () => void;
}

/** Asks once more before something is done. */
export function QuestionDialog({ dialog, question, onYes }: Properties) {
  const id = useId();
  return (
    <dialog ref={dialog} aria-labelledby={id}>
      <h2 id={id}>{question.title}</h2>
      <p>{question.text}</p>
      <div className="acts">
        <button type="button" className="btn" onClick={onYes}>
          {question.yes}
        </button>
        <button type="button" className="btn quiet" onClick={() => dialog.current?.close()}>
          {question.no}
        </button>
      </div>
    </dialog>
  );
}
