"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import type { Submission } from "@/api/core";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { type Sentences, sentenceOf } from "@/client/sentences";
import { Icon } from "@/features/shell/Icon";
import { dropAll } from "./drafts";
import type { EditorTexts } from "./texts";
import type { DraftText } from "./useDraftText";

interface Properties {
  userId: number;
  submissionId: string;
  draft: DraftText;
  isUploading: boolean;
  isEmpty: boolean;
  texts: EditorTexts;
  sentences: Sentences;
}

/** Hands in a draft, if need be once its files are there. */
export function HandIn(properties: Properties) {
  const { userId, submissionId, draft, isUploading, isEmpty, texts, sentences } = properties;
  const router = useRouter();
  const sending = useRef(false);
  const [isSending, setSending] = useState(false);
  const [isWaiting, setWaiting] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function handIn(): Promise<void> {
    if (sending.current) {
      return;
    }
    sending.current = true;
    setSending(true);
    setProblem(null);
    setProblem(await refusal());
    sending.current = false;
    setSending(false);
  }

  /** Null once it is handed in. */
  async function refusal(): Promise<string | null> {
    if (draft.theirs || !(await draft.save())) {
      return texts.handIn.notSent;
    }
    try {
      await submitOnce(submissionId);
    } catch (error) {
      return sentenceOf(error, sentences);
    }
    dropAll(userId, submissionId);
    router.refresh();
    return null;
  }

  const whenThere = useRef(handIn);
  whenThere.current = handIn;
  useEffect(() => {
    if (isWaiting && !isUploading) {
      setWaiting(false);
      void whenThere.current();
    }
  }, [isWaiting, isUploading]);

  function press(): void {
    if (isEmpty) {
      setProblem(texts.handIn.nothing);
    } else if (isUploading) {
      setWaiting(true);
    } else {
      void handIn();
    }
  }

  return (
    <div className="stack tight">
      <div className="acts">
        <button
          type="button"
          className="btn next"
          disabled={isSending || isWaiting}
          aria-busy={isSending}
          onClick={press}
        >
          {isUploading ? texts.handIn.whenThere : texts.handIn.button}
        </button>
        <button type="button" className="btn" onClick={() => void draft.save()}>
          {texts.text.keep}
        </button>
      </div>
      {isWaiting && (
        <p className="row small" role="status">
          {texts.handIn.waiting}
          <button type="button" className="btn quiet" onClick={() => setWaiting(false)}>
            {texts.handIn.cancel}
          </button>
        </p>
      )}
      {problem && (
        <p className="error" role="alert">
          <Icon name="alert" className="s" />
          {problem}
        </p>
      )}
    </div>
  );
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
