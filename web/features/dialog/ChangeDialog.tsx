"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import { useVersioned } from "@/client/useVersioned";
import { Errors } from "@/features/actions/Errors";
import type { ActionError } from "@/features/actions/useAction";
import { Dialog } from "./Dialog";
import { TwoVersions, type VersionTexts } from "./TwoVersions";

export interface ChangeFields<T, C> {
  value: T;
  isSending: boolean;
  errors: ActionError[];
  onSave: (choice: C) => void;
  onCancel: () => void;
}

interface Properties<T, C> {
  path: string;
  /** Of the button. */
  open: string;
  title: string;
  loading: string;
  versions: VersionTexts;
  /** The two versions in words. */
  mine: (choice: C) => string[];
  theirs: (value: T) => string[];
  form: (fields: ChangeFields<T, C>) => ReactNode;
}

/** A button and a dialog that change an object, and show both versions if somebody else did so. */
export function ChangeDialog<T, C extends Partial<T>>(properties: Properties<T, C>) {
  const { path, open, title } = properties;
  const router = useRouter();
  const object = useVersioned<T>(path);
  const [isOpen, setOpen] = useState(false);
  const [choice, setChoice] = useState<C | null>(null);

  function close(): void {
    setOpen(false);
    setChoice(null);
    object.close();
    object.clear();
  }

  function finish(): void {
    close();
    router.refresh();
  }

  async function save(wanted: C): Promise<void> {
    setChoice(wanted);
    if (await object.save(wanted)) {
      finish();
    }
  }

  function begin(): void {
    setOpen(true);
    void object.open();
  }

  const body = { ...properties, object, choice, onSave: save, onCancel: close, onFinish: finish };
  return (
    <>
      <button type="button" className="btn" onClick={begin}>
        {open}
      </button>
      <Dialog isOpen={isOpen} title={title} onClose={close}>
        <Body {...body} />
      </Dialog>
    </>
  );
}

interface BodyProperties<T, C> extends Properties<T, C> {
  object: ReturnType<typeof useVersioned<T>>;
  choice: C | null;
  onSave: (choice: C) => void;
  onCancel: () => void;
  onFinish: () => void;
}

function Body<T, C>(properties: BodyProperties<T, C>) {
  const { object, choice, onSave, onCancel, onFinish, form } = properties;
  const { value, theirs, isSending, errors } = object;
  if (theirs && choice) {
    return (
      <>
        <TwoVersions
          texts={properties.versions}
          mine={properties.mine(choice)}
          theirs={properties.theirs(theirs)}
          isSending={isSending}
          onKeep={(which) => (which === "mine" ? onSave(choice) : onFinish())}
        />
        <Errors errors={errors} />
      </>
    );
  }
  if (value) {
    return form({ value, isSending, errors, onSave, onCancel });
  }
  return errors.length > 0 ? <Errors errors={errors} /> : <p role="status">{properties.loading}</p>;
}
