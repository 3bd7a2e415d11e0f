"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import type { Submission } from "@/api/core";
import { ApiError, apiGateway, reasonOf } from "@/client/apiGateway";
import { onChange } from "@/client/unsentStore";
import { dropAll } from "./drafts";
import { isHandInQueued, queueHandIn, unqueueHandIn } from "./queue";
import type { DraftText } from "./useDraftText";

export interface HandInOptions {
  userId: number;
  submissionId: string;
  /** What handing in is called while it is kept on the phone. */
  title: string;
  draft: DraftText;
  isUploading: boolean;
  /** For a text that core does not have. */
  notSent: string;
}

/** "whenThere" waits for files in this page, "queued" for the line in any page. */
export type HandInState = "ready" | "sending" | "whenThere" | "queued";

export interface HandingIn {
  state: HandInState;
  problem: string | null;
  handIn: () => void;
  cancel: () => void;
}

/** Hands in a draft once its text and files are with core, also when the line is gone just then. */
export function useHandIn(options: HandInOptions): HandingIn {
  const { submissionId, draft, isUploading } = options;
  const router = useRouter();
  const [state, setState] = useState<HandInState>("ready");
  const [problem, setProblem] = useState<string | null>(null);
  const newest = useRef({ state, send });
  newest.current = { state, send };

  async function send(): Promise<void> {
    setState("sending");
    setProblem(null);
    const outcome = await outcomeOf(options);
    setProblem(outcome.problem);
    setState(outcome.state);
    if (outcome.isDone) {
      router.refresh();
    }
  }

  useEffect(() => {
    if (!isUploading && newest.current.state === "whenThere") {
      void newest.current.send();
    }
  }, [isUploading]);

  useEffect(() => {
    const look = async () => {
      const isQueued = await isHandInQueued(submissionId);
      if (isQueued) {
        setState("queued");
      } else if (newest.current.state === "queued") {
        setState("ready");
        router.refresh();
      }
    };
    const ignored = () => undefined;
    look().catch(ignored);
    return onChange(() => void look().catch(ignored));
  }, [submissionId, router]);

  function cancel(): void {
    if (newest.current.state === "queued") {
      unqueueHandIn(submissionId).catch(() => undefined);
    }
    setState("ready");
  }

  const isChanged = draft.sync === "kept";
  useEffect(() => {
    if (isChanged && newest.current.state === "queued") {
      unqueueHandIn(submissionId).catch(() => undefined); // what is written now would miss it
    }
  }, [isChanged, submissionId]);

  function handIn(): void {
    if (newest.current.state === "ready") {
      newest.current.state = "sending"; // the second click comes before the page is drawn again
      if (isUploading) {
        setState("whenThere");
      } else {
        void send();
      }
    }
  }

  return { state, problem, handIn, cancel };
}

interface Outcome {
  state: HandInState;
  problem: string | null;
  isDone: boolean;
}

async function outcomeOf(options: HandInOptions): Promise<Outcome> {
  const { userId, submissionId, title, draft, notSent } = options;
  const refused = (problem: string): Outcome => ({ state: "ready", problem, isDone: false });
  if (draft.theirs || !(await draft.save())) {
    return refused(notSent);
  }
  try {
    await submitOnce(submissionId);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 0) {
      return refused(reasonOf(error));
    }
    try {
      await queueHandIn({ userId, submissionId, title });
      return { state: "queued", problem: null, isDone: false };
    } catch {
      return refused(reasonOf(error));
    }
  }
  dropAll(userId, submissionId);
  return { state: "sending", problem: null, isDone: true };
}

/** A lost answer is no failure: what is handed in already stays so. */
async function submitOnce(submissionId: string): Promise<void> {
  const path = `/submissions/${submissionId}/`;
  try {
    await apiGateway.post(`${path}submit/`, undefined);
  } catch (error) {
    const mayBeDone =
      error instanceof ApiError && (error.status === 0 || error.code === "illegal_transition");
    if (!mayBeDone) {
      throw error;
    }
    const { body } = await apiGateway.get<Submission>(path);
    if (body.state === "draft" || body.state === "withdrawn") {
      throw error;
    }
  }
}
