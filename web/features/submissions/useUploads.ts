"use client";

import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { type Sentences, sentenceOf } from "@/client/sentences";
import { type KeptFile, keepFiles, keptFiles } from "./drafts";
import { uploadFile } from "./upload";

export type UploadPhase = "reading" | "sending" | "broken" | "paused" | "refused";

export interface Upload {
  name: string;
  size: number;
  sent: number;
  phase: UploadPhase;
  problem: string | null;
}

export interface Uploads {
  uploads: Upload[];
  /** Files of an earlier visit that did not arrive whole. */
  unfinished: KeptFile[];
  /** Whether something is still on its way, or waits to be. */
  isBusy: boolean;
  add: (files: File[]) => void;
  pause: (name: string) => void;
  resume: (name: string) => void;
  remove: (name: string) => void;
  forget: (name: string) => void;
}

interface Running {
  file: File;
  stop: AbortController;
  /** Makes the file one artifact, however often it is added. */
  key: string;
}

interface Options {
  userId: number;
  submissionId: string;
  sentences: Sentences;
  maxBytes: number;
}

/** The files that are sent from this page, one after the other. */
export function useUploads({ userId, submissionId, sentences, maxBytes }: Options): Uploads {
  const router = useRouter();
  const [uploads, setUploads] = useState<Upload[]>([]);
  const [unfinished, setUnfinished] = useState<KeptFile[]>([]);
  const running = useRef(new Map<string, Running>());
  const line = useRef<Promise<void>>(Promise.resolve());

  useEffect(() => setUnfinished(keptFiles(userId, submissionId)), [userId, submissionId]);

  useEffect(() => {
    const left = uploads.filter(({ phase }) => phase !== "refused");
    const others = unfinished.filter(({ name }) => !left.some((one) => one.name === name));
    const kept = left.map(({ name, size, sent }) => ({ name, size, sent }));
    if (uploads.length) {
      keepFiles(userId, submissionId, [...others, ...kept]);
    }
  }, [uploads, unfinished, userId, submissionId]);

  useEffect(() => {
    const all = running.current;
    return () => {
      for (const { stop } of all.values()) {
        stop.abort();
      }
    };
  }, []);

  const change = useCallback((name: string, changes: Partial<Upload>) => {
    setUploads((all) => all.map((one) => (one.name === name ? { ...one, ...changes } : one)));
  }, []);

  function forget(name: string): void {
    const rest = keptFiles(userId, submissionId).filter((one) => one.name !== name);
    keepFiles(userId, submissionId, rest);
    setUnfinished((all) => all.filter((one) => one.name !== name));
  }

  async function send(name: string): Promise<void> {
    const one = running.current.get(name);
    if (!one || one.stop.signal.aborted) {
      return;
    }
    change(name, { phase: "reading", problem: null });
    const onSent = (sent: number) => change(name, { phase: "sending", sent });
    const onBreak = (sent: number) => change(name, { phase: "broken", sent });
    const listener = { onReading: () => undefined, onSent, onBreak };
    try {
      const { id } = await uploadFile(one.file, listener, one.stop.signal);
      await attach(submissionId, id, one.key);
    } catch (error) {
      if (!one.stop.signal.aborted) {
        change(name, { phase: "refused", problem: sentenceOf(error, sentences) });
      }
      return;
    }
    running.current.delete(name);
    forget(name);
    setUploads((all) => all.filter((other) => other.name !== name));
    router.refresh();
  }

  function begin(name: string): void {
    line.current = line.current.then(() => send(name));
  }

  function add(files: File[]): void {
    for (const file of files.filter(({ name }) => !running.current.has(name))) {
      const problem = refusalOf(file, maxBytes, sentences);
      const one = { file, stop: new AbortController(), key: crypto.randomUUID() };
      running.current.set(file.name, one);
      const phase = problem ? ("refused" as const) : ("reading" as const);
      const shown = { name: file.name, size: file.size, sent: 0, phase, problem };
      setUploads((all) => [...all, shown]);
      if (!problem) {
        begin(file.name);
      }
    }
  }

  function pause(name: string): void {
    running.current.get(name)?.stop.abort();
    change(name, { phase: "paused" });
  }

  function resume(name: string): void {
    const one = running.current.get(name);
    if (one) {
      running.current.set(name, { ...one, stop: new AbortController() });
      change(name, { phase: "reading", problem: null });
      begin(name);
    }
  }

  function remove(name: string): void {
    running.current.get(name)?.stop.abort();
    running.current.delete(name);
    forget(name);
    setUploads((all) => all.filter((one) => one.name !== name));
  }

  const isBusy = uploads.some(({ phase }) => phase !== "refused");
  return { uploads, unfinished, isBusy, add, pause, resume, remove, forget };
}

/** Adds a complete upload to the draft; once more is no error. */
async function attach(submissionId: string, file: string, idempotencyKey: string): Promise<void> {
  const body = { kind: "file", file };
  for (;;) {
    try {
      await apiGateway.post(`/submissions/${submissionId}/artifacts/`, body, { idempotencyKey });
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 0) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

function refusalOf(file: File, maxBytes: number, sentences: Sentences): string | null {
  if (file.size === 0) {
    return sentences.file_empty ?? null;
  }
  return file.size > maxBytes ? (sentences.file_too_large ?? null) : null;
}
