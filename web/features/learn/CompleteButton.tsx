"use client";

import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import type { ContentType } from "@/api/core";
import { type Sentences, sentenceOf } from "@/client/sentences";
import { Icon } from "@/features/shell/Icon";
import { isTransient, keepReport, sendReports } from "./reports";

interface Properties {
  userId: number;
  contentId: string;
  contentType: ContentType;
  /** Where it leads; the same page without it. */
  next: string | null;
  texts: { button: string; kept: string };
  sentences: Sentences;
}

/** Reports an item as completed on the learner's word. */
export function CompleteButton(properties: Properties) {
  const { userId, contentId, contentType, next, texts, sentences } = properties;
  const router = useRouter();
  const sending = useRef(false);
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function complete(): Promise<void> {
    if (sending.current) {
      return;
    }
    sending.current = true;
    setSending(true);
    setProblem(null);
    keepReport(userId, {
      content_id: contentId,
      content_type: contentType,
      status: "completed",
      completion_percentage: 100,
      reported_at: new Date().toISOString(),
    });
    try {
      await sendReports(userId);
      if (next) {
        location.assign(next);
        return;
      }
      router.refresh();
    } catch (error) {
      setProblem(isTransient(error) ? texts.kept : sentenceOf(error, sentences));
    }
    sending.current = false;
    setSending(false);
  }

  return (
    <>
      <button type="button" className="btn next" disabled={isSending} onClick={complete}>
        {texts.button}
      </button>
      {problem && (
        <p className="error" role="alert">
          <Icon name="alert" className="s" />
          {problem}
        </p>
      )}
    </>
  );
}
