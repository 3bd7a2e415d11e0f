"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import type { Reflection } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { useWrite } from "@/client/useWrite";
import { Dialog } from "@/features/dialog/Dialog";
import { Refused } from "@/features/dialog/Refused";
import { ReflectionFields, writtenIn } from "./ReflectionFields";
import { ShareConsent } from "./ShareConsent";
import type { ReflectionShared } from "./WriteReflection";

interface Properties {
  reflection: Reflection;
  shared: ReflectionShared;
}

/** Changes, shares or deletes a reflection. */
export function ReflectionActions({ reflection, shared }: Properties) {
  const router = useRouter();
  const { texts } = shared;
  const path = `/coaching/reflections/${reflection.id}/`;
  const { isSending, error, run, clear } = useWrite(shared.refusals);
  const [open, setOpen] = useState<"change" | "share" | "delete" | null>(null);

  function close(): void {
    setOpen(null);
    clear();
  }

  async function send(write: () => Promise<unknown>): Promise<void> {
    const isDone = await run(async () => {
      await write();
    });
    if (isDone) {
      setOpen(null);
      router.refresh();
    }
  }

  function change(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const written = writtenIn(new FormData(event.currentTarget));
    void send(() => apiGateway.patch(path, written));
  }

  function share(isShared: boolean): void {
    if (isShared && !shared.mentorsMayRead) {
      setOpen("share");
    } else {
      void send(() => apiGateway.patch(path, { shared: isShared }));
    }
  }

  return (
    <>
      <div className="acts">
        <button
          type="button"
          className="btn quiet"
          disabled={isSending}
          onClick={() => share(!reflection.shared)}
        >
          {reflection.shared ? texts.unshare : texts.shareNow}
        </button>
        <button type="button" className="btn quiet" onClick={() => setOpen("change")}>
          {texts.change}
        </button>
        <button type="button" className="btn quiet" onClick={() => setOpen("delete")}>
          {texts.delete}
        </button>
      </div>
      {open === null && <Refused text={error} />}
      <Dialog isOpen={open === "change"} title={texts.change} onClose={close}>
        <form className="stack" onSubmit={change}>
          <ReflectionFields id={reflection.id} shared={shared} reflection={reflection} />
          <Refused text={error} />
          <div className="acts">
            <button type="submit" className="btn next" disabled={isSending}>
              {texts.save}
            </button>
            <button type="button" className="btn quiet" onClick={close}>
              {texts.cancel}
            </button>
          </div>
        </form>
      </Dialog>
      <Dialog isOpen={open === "delete"} title={texts.deleteTitle} onClose={close}>
        <p>{texts.deleteText}</p>
        <Refused text={error} />
        <div className="acts">
          <button
            type="button"
            className="btn bad"
            disabled={isSending}
            onClick={() => send(() => apiGateway.delete(path))}
          >
            {texts.delete}
          </button>
          <button type="button" className="btn quiet" onClick={close}>
            {texts.cancel}
          </button>
        </div>
      </Dialog>
      <ShareConsent
        id={open === "share" ? reflection.id : null}
        shared={shared}
        onClose={() => setOpen(null)}
      />
    </>
  );
}
