"use client";

import { type ReactNode, useEffect, useId, useRef } from "react";

interface Properties {
  isOpen: boolean;
  title: string;
  /** Called too when the person presses Escape. */
  onClose: () => void;
  children: ReactNode;
}

/** A native dialog: the browser keeps the focus in it and gives it back. */
export function Dialog({ isOpen, title, onClose, children }: Properties) {
  const place = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const dialog = place.current;
    if (isOpen && dialog && !dialog.open) {
      dialog.showModal();
    }
    if (!isOpen && dialog?.open) {
      dialog.close();
    }
  }, [isOpen]);

  return (
    <dialog ref={place} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {isOpen && children}
    </dialog>
  );
}
