"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "@/client/apiGateway";
import { type Sentences, sentenceOf } from "@/client/sentences";
import { clockText } from "@/features/texts/clock";
import type { SyncState } from "@/features/texts/Sync";
import type { Place } from "@/features/texts/when";
import { dropText, type KeptText, keepText, keptText } from "./drafts";
import { type Accepted, saveText, TwoVersions } from "./saveText";

export interface DraftText {
  text: string;
  sync: SyncState | null;
  /** Of the acceptance. */
  time: string;
  problem: string | null;
  /** What core has, where it is not what this text was written on. */
  theirs: Accepted | null;
  write: (text: string) => void;
  /** True once core has the text as it stands. */
  save: () => Promise<boolean>;
  /** Ends the choice between two versions. */
  choose: (mine: boolean) => void;
}

interface Options {
  userId: number;
  submissionId: string;
  accepted: Accepted | null;
  acceptedAt: string | null;
  sentences: Sentences;
  place: Place;
}

/** The text of a draft: on the device with each letter, and with core when it is saved. */
export function useDraftText(options: Options): DraftText {
  const { userId, submissionId, sentences, place } = options;
  const base = useRef(options.accepted);
  const kept = useRef<KeptText | null>(null);
  const saving = useRef<Promise<boolean> | null>(null);
  const [text, setText] = useState(options.accepted?.text ?? "");
  const [sync, setSync] = useState<SyncState | null>(options.accepted ? "accepted" : null);
  const [time, setTime] = useState(clockOf(options.acceptedAt, place));
  const [problem, setProblem] = useState<string | null>(null);
  const [theirs, setTheirs] = useState<Accepted | null>(null);

  const keep = useCallback(
    (changed: KeptText) => {
      kept.current = changed;
      const isKept = keepText(userId, submissionId, changed);
      setSync(isKept ? "kept" : null);
      setProblem(isKept ? null : (sentences.not_kept ?? null));
    },
    [userId, submissionId, sentences],
  );

  useEffect(() => {
    const found = keptText(userId, submissionId);
    if (!found || found.text === base.current?.text) {
      return;
    }
    kept.current = found;
    setText(found.text);
    setSync("kept");
    const isOurs = found.pending?.text === base.current?.text;
    if (base.current && tagOf(found.etag) !== tagOf(base.current.etag) && !isOurs) {
      setTheirs(base.current);
    }
  }, [userId, submissionId]);

  function write(written: string): void {
    setText(written);
    const { pending = null } = kept.current ?? {};
    keep({
      text: written,
      at: new Date().toISOString(),
      etag: base.current?.etag ?? null,
      pending,
    });
  }

  async function send(): Promise<boolean> {
    const draft = kept.current;
    if (!draft) {
      return true;
    }
    if (!base.current && !draft.pending && draft.text.trim()) {
      draft.pending = { key: crypto.randomUUID(), text: draft.text };
      keepText(userId, submissionId, draft);
    }
    setSync("sent");
    setProblem(null);
    try {
      base.current = await saveText(submissionId, base.current, draft);
    } catch (error) {
      if (base.current && error instanceof ApiError && error.status === 404) {
        base.current = null; // removed elsewhere: it is added again
        draft.pending = null;
        return send();
      }
      setSync("kept");
      if (error instanceof TwoVersions) {
        setTheirs(error.theirs);
      } else if (!(error instanceof ApiError) || error.status > 0) {
        setProblem(sentenceOf(error, sentences));
      }
      return false;
    }
    return settle(draft);
  }

  /** What was written while the text was on its way stays kept. */
  function settle(sent: KeptText): boolean {
    const newest = kept.current;
    if (newest && newest.text !== sent.text) {
      keep({ ...newest, etag: base.current?.etag ?? null, pending: null });
      return false;
    }
    kept.current = null;
    dropText(userId, submissionId);
    setTime(clockText(new Date(), place));
    setSync(base.current ? "accepted" : null);
    return true;
  }

  async function save(): Promise<boolean> {
    saving.current ??= send().finally(() => {
      saving.current = null;
    });
    return saving.current;
  }

  function choose(mine: boolean): void {
    base.current = theirs;
    setTheirs(null);
    if (mine) {
      write(text);
    } else {
      kept.current = null;
      dropText(userId, submissionId);
      setText(theirs?.text ?? "");
      setSync("accepted");
    }
  }

  return { text, sync, time, problem, theirs, write, save, choose };
}

function clockOf(iso: string | null, place: Place): string {
  return iso ? clockText(new Date(iso), place) : "";
}

/** A compressed answer has the same tag with a mark before it. */
function tagOf(etag: string | null): string {
  return (etag ?? "").replace(/^W\//, "");
}
