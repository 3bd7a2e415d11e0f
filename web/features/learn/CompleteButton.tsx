"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { ContentType } from "@/api/core";
import { ApiError } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { useAction } from "@/features/actions/useAction";
import { Icon } from "@/features/shell/Icon";
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
}

/** Reports an item as completed on the learner's word. */
export function CompleteButton({ contentId, contentType, next, texts }: Properties) {
  const router = useRouter();
  const [isKept, setKept] = useState(false);
  const [isLeft, setLeft] = useState(false);
  const { isSending, errors, run } = useAction();

  async function complete(): Promise<void> {
    const report = {
      content_id: contentId,
      content_type: contentType,
      status: "completed",
      completion_percentage: 100,
    } as const;
    const sent = await run(() => reportProgress(report, texts.title));
    if (sent === null || sent instanceof ApiError) {
      return;
    }
    if (sent.state === "kept") {
      setKept(true);
    } else if (next) {
      setLeft(true);
      location.assign(next);
    } else {
      router.refresh();
    }
  }

  return (
    <>
      <button
        type="button"
        className="btn next"
        disabled={isSending || isKept || isLeft}
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
      <Errors errors={errors} />
    </>
  );
}
