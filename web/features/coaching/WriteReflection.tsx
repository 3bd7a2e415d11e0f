"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import type { Mood, Reflection, ReflectionTag } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { sendLater } from "@/client/unsentStore";
import { Errors } from "@/features/actions/Errors";
import { useSending } from "@/features/actions/useChange";
import { FormButtons } from "@/features/dialog/FormButtons";
import { Icon } from "@/features/shell/Icon";
import { ReflectionFields, writtenIn } from "./ReflectionFields";
import { ShareConsent } from "./ShareConsent";
import type { ReflectionTexts } from "./texts";

export interface ReflectionShared {
  texts: ReflectionTexts;
  noMood: string;
  moods: { value: Mood; name: string }[];
  tags: { value: ReflectionTag; name: string }[];
  /** Whether the consent to mentors who read reflections is given. */
  mentorsMayRead: boolean;
}

type SaveOutcome = "savedPrivate" | "savedShared" | "savedNotShared" | "savedKept";

/** Writes a reflection, which only its author reads until it is shared. */
export function WriteReflection({ shared }: { shared: ReflectionShared }) {
  const { texts } = shared;
  const router = useRouter();
  const { isSending, errors, run } = useSending();
  const [saved, setSaved] = useState<SaveOutcome | null>(null);
  const [toShare, setToShare] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);

  async function save(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const isShared = fields.has("share");
    setSaved(null);
    const isSaved = await run(async () => {
      const given = { path: "/coaching/reflections/", body: writtenIn(fields) };
      const sent = await sendLater({ method: "POST", title: texts.title, ...given });
      if (sent.state === "kept") {
        setSaved("savedKept");
        return;
      }
      const { id } = sent.answer as Reflection;
      const mayShare = isShared && shared.mentorsMayRead;
      setSaved(mayShare ? await share(id) : isShared ? "savedNotShared" : "savedPrivate");
      setToShare(isShared && !mayShare ? id : null);
      router.refresh();
    });
    if (isSaved) {
      form.current?.reset();
    }
  }

  return (
    <form className="stack" ref={form} onSubmit={save}>
      <ReflectionFields id="reflection" shared={shared} />
      <ShareField texts={texts} />
      <Errors errors={errors} />
      <div role="status">{saved && <SavedNote saved={saved} texts={texts} />}</div>
      <FormButtons submit={texts.save} isSending={isSending} />
      <ShareConsent
        id={toShare}
        shared={shared}
        onShared={() => setSaved("savedShared")}
        onClose={() => setToShare(null)}
      />
    </form>
  );
}

/** The text is stored whatever becomes of this. */
async function share(id: string): Promise<SaveOutcome> {
  const sent = apiGateway.patch(`/coaching/reflections/${id}/`, { shared: true });
  return sent.then(
    () => "savedShared",
    () => "savedNotShared",
  );
}

function ShareField({ texts }: { texts: ReflectionTexts }) {
  return (
    <label className="choice bare">
      <input type="checkbox" name="share" />
      <span>
        {texts.share}
        <span className="hint label">{texts.shareHint}</span>
      </span>
    </label>
  );
}

function SavedNote({ saved, texts }: { saved: SaveOutcome; texts: ReflectionTexts }) {
  return (
    <div className={saved === "savedKept" ? "note warn" : "note ok"}>
      <Icon name={saved === "savedKept" ? "phone" : "check"} />
      <strong>{saved === "savedKept" ? texts.kept : texts.saved}</strong>
      <span>{texts[saved]}</span>
    </div>
  );
}
