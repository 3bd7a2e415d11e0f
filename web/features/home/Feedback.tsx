"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import type { Verdict } from "@/api/core";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import type { ActionTexts } from "@/features/actions/useAction";
import { useSending } from "@/features/actions/useChange";

export interface FeedbackTexts extends Record<Verdict, string> {
  /** Names the item that the buttons are about. */
  group: string;
  /** After the answer came; `null` for a verdict that was taken back. */
  said: Record<Verdict | "null", string>;
  reload: string;
  refusals: ActionTexts;
}

interface Properties {
  contentId: string;
  verdict: Verdict | null;
  texts: FeedbackTexts;
  /** Marks the verdict that holds. */
  chosen: ReactNode;
}

const VERDICTS: Verdict[] = ["more_like_this", "not_for_me"];

/** Two buttons about an item of a list; pressing one again takes it back. */
export function Feedback({ contentId, verdict: first, texts, chosen }: Properties) {
  const router = useRouter();
  const [verdict, setVerdict] = useState(first);
  const [said, setSaid] = useState<string | null>(null);
  const write = useSending(texts.refusals);

  async function press(pressed: Verdict): Promise<void> {
    const now = pressed === verdict ? null : pressed;
    const body = { content_id: contentId, verdict: now };
    const isDone = await write.run((idempotencyKey) =>
      now ? apiGateway.post("/feedback/", body, { idempotencyKey }) : withdraw(contentId),
    );
    if (isDone) {
      setVerdict(now);
      setSaid(texts.said[now ?? "null"]);
    }
  }

  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields, and these are buttons. */}
      <div className="row" role="group" aria-label={texts.group}>
        {VERDICTS.map((one) => (
          <button
            key={one}
            type="button"
            className={one === verdict ? "btn" : "btn quiet"}
            aria-pressed={one === verdict}
            aria-disabled={write.isSending}
            onClick={() => press(one)}
          >
            {one === verdict && chosen}
            {texts[one]}
          </button>
        ))}
      </div>
      <p className="small" role="status">
        {said && (
          <>
            {said}{" "}
            <button type="button" className="btn quiet" onClick={() => router.refresh()}>
              {texts.reload}
            </button>
          </>
        )}
      </p>
      <Errors errors={write.errors} />
    </>
  );
}

/** What another page took back already is as wanted. */
async function withdraw(contentId: string): Promise<void> {
  try {
    await apiGateway.delete(`/feedback/${encodeURIComponent(contentId)}/`);
  } catch (problem) {
    if (!(problem instanceof ApiError && problem.status === 404)) {
      throw problem;
    }
  }
}
