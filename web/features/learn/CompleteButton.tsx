"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { ContentType } from "@/api/core";
import type { Sentences } from "@/client/sentences";
import { useSend } from "@/client/useSend";
import { Icon } from "@/features/shell/Icon";
import { ErrorText } from "@/features/texts/ErrorText";
import { reportProgress } from "./report";

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
  const [isKept, setKept] = useState(false);
  const { isSending, problem, send } = useSend(sentences);

  async function complete(): Promise<void> {
    await send(contentId, async () => {
      const report = {
        content_id: contentId,
        content_type: contentType,
        status: "completed",
        completion_percentage: 100,
      } as const;
      const { state } = await reportProgress(report, texts.title);
      if (state === "kept") {
        setKept(true);
        return true; // it goes by itself: pressing again would keep another one
      }
      if (next) {
        location.assign(next);
        return true;
      }
      router.refresh();
      return false;
    });
  }

  return (
    <>
      <button
        type="button"
        className="btn next"
        disabled={isSending}
        onClick={() => void complete()}
      >
        {texts.button}
      </button>
      {isKept && (
        <p className="sync kept" role="status">
          <Icon name="phone" />
          {texts.kept}
        </p>
      )}
      <ErrorText text={problem} />
    </>
  );
}
