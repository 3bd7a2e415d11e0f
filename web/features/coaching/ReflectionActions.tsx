"use client";

import { type FormEvent, useState } from "react";
import type { Reflection } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import type { Sending } from "@/features/actions/useChange";
import { useChange } from "@/features/actions/useChange";
import { Dialog } from "@/features/dialog/Dialog";
import { FormButtons } from "@/features/dialog/FormButtons";
import { ReflectionFields, type Written, writtenIn } from "./ReflectionFields";
import { ShareConsent } from "./ShareConsent";
import type { ReflectionShared } from "./WriteReflection";

interface Properties {
  reflection: Reflection;
  shared: ReflectionShared;
}

/** Changes, shares or deletes a reflection. */
export function ReflectionActions({ reflection, shared }: Properties) {
  const { texts } = shared;
  const path = `/coaching/reflections/${reflection.id}/`;
  const write = useChange();
  const [open, setOpen] = useState<"change" | "share" | "delete" | null>(null);

  function close(): void {
    setOpen(null);
    write.clear();
  }

  async function send(sent: () => Promise<unknown>): Promise<void> {
    const isDone = await write.run(sent);
    if (isDone) {
      setOpen(null);
    }
  }

  function share(): void {
    if (!reflection.shared && !shared.mentorsMayRead) {
      setOpen("share");
    } else {
      void send(() => apiGateway.patch(path, { shared: !reflection.shared }));
    }
  }

  const change = (written: Written) => void send(() => apiGateway.patch(path, written));
  const remove = () => void send(() => apiGateway.delete(path));
  const dialog = { reflection, shared, write, onClose: close };
  return (
    <>
      <div className="acts">
        <button type="button" className="btn quiet" disabled={write.isSending} onClick={share}>
          {reflection.shared ? texts.unshare : texts.shareNow}
        </button>
        <button type="button" className="btn quiet" onClick={() => setOpen("change")}>
          {texts.change}
        </button>
        <button type="button" className="btn quiet" onClick={() => setOpen("delete")}>
          {texts.delete}
        </button>
      </div>
      {open === null && <Errors errors={write.errors} />}
      <Change isOpen={open === "change"} {...dialog} onSave={change} />
      <Delete isOpen={open === "delete"} {...dialog} onDelete={remove} />
      <ShareConsent
        id={open === "share" ? reflection.id : null}
        shared={shared}
        onClose={() => setOpen(null)}
      />
    </>
  );
}

interface DialogProperties extends Properties {
  isOpen: boolean;
  write: Sending;
  onClose: () => void;
}

function Change(properties: DialogProperties & { onSave: (written: Written) => void }) {
  const { isOpen, reflection, shared, write, onClose, onSave } = properties;
  const { texts } = shared;

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    onSave(writtenIn(new FormData(event.currentTarget)));
  }

  return (
    <Dialog isOpen={isOpen} title={texts.change} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <ReflectionFields id={reflection.id} shared={shared} reflection={reflection} />
        <Errors errors={write.errors} />
        <FormButtons
          submit={texts.save}
          kind="next"
          isSending={write.isSending}
          cancel={texts.cancel}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

function Delete(properties: DialogProperties & { onDelete: () => void }) {
  const { isOpen, shared, write, onClose, onDelete } = properties;
  const { texts } = shared;
  return (
    <Dialog isOpen={isOpen} title={texts.deleteTitle} onClose={onClose}>
      <p>{texts.deleteText}</p>
      <Errors errors={write.errors} />
      <div className="acts">
        <button type="button" className="btn bad" disabled={write.isSending} onClick={onDelete}>
          {texts.delete}
        </button>
        <button type="button" className="btn quiet" onClick={onClose}>
          {texts.cancel}
        </button>
      </div>
    </Dialog>
  );
}
