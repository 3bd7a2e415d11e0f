"use client";

import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import type { ContentType } from "@/api/core";
import { type Sentences, sentenceOf } from "@/client/sentences";
import { sendLater } from "@/client/unsentStore";
import { Icon } from "@/features/shell/Icon";

interface Properties {
  contentId: string;
  contentType: ContentType;
  /** Where it leads; the same page without it. */
  next: string | null;
  texts: {
    button: string;
    kept: string;
    /** What the report is called while it is kept on the phone. */
    title: string;
  };
  sentences: Sentences;
}

/** Reports an item as completed on the learner's word. */
export function CompleteButton({ contentId, contentType, next, texts, sentences }: Properties) {
  const router = useRouter();
  const sending = useRef(false);
  const [isSending, setSending] = useState(false);
  const [isKept, setKept] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function complete(): Promise<void> {
    if (sending.current) {
      return;
    }
    sending.current = true;
    setSending(true);
    setProblem(null);
    const body = {
      content_id: contentId,
      content_type: contentType,
      status: "completed",
      completion_percentage: 100,
      reported_at: new Date().toISOString(),
    };
    const report = { method: "POST", path: "/progress/", body, title: texts.title } as const;
    try {
      const { state } = await sendLater(report);
      if (state === "kept") {
        setKept(true);
        return; // it is sent by itself: pressing again would keep another one
      }
      if (next) {
        location.assign(next);
        return;
      }
      router.refresh();
    } catch (error) {
      setProblem(sentenceOf(error, sentences));
    }
    sending.current = false;
    setSending(false);
  }

  return (
    <>
      <button type="button" className="btn next" disabled={isSending} onClick={complete}>
        {texts.button}
      </button>
      {isKept && (
        <p className="sync kept" role="status">
          <Icon name="phone" />
          {texts.kept}
        </p>
      )}
      {problem && (
        <p className="error" role="alert">
          <Icon name="alert" className="s" />
          {problem}
        </p>
      )}
    </>
  );
}
