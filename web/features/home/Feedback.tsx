"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useState } from "react";
import type { Verdict } from "@/api/core";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { useAction } from "@/features/actions/useAction";

export interface FeedbackTexts extends Record<Verdict, string> {
  /** Names the item that the buttons are about. */
  group: string;
  /** After the answer came; `null` for a verdict that was taken back. */
  confirmation: Record<Verdict | "null", string>;
  reload: string;
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
  const [verdict, setVerdict] = useState(first);
  const [confirmation, setConfirmation] = useState<string | null>(null);
  const { isSending, errors, run } = useAction();

  async function press(pressed: Verdict): Promise<void> {
    const now = pressed === verdict ? null : pressed;
    const body = { content_id: contentId, verdict: now };
    const sent = await run<unknown>((idempotencyKey) =>
      now ? apiGateway.post("/feedback/", body, { idempotencyKey }) : withdraw(contentId),
    );
    if (sent !== null && !(sent instanceof ApiError)) {
      setVerdict(now);
      setConfirmation(texts.confirmation[now ?? "null"]);
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
            aria-disabled={isSending}
            onClick={() => press(one)}
          >
            {one === verdict && chosen}
            {texts[one]}
          </button>
        ))}
      </div>
      <p className="small" role="status">
        {confirmation && <Confirmation text={confirmation} reload={texts.reload} />}
      </p>
      <Errors errors={errors} />
    </>
  );
}

function Confirmation({ text, reload }: { text: string; reload: string }) {
  const router = useRouter();
  return (
    <>
      {text}{" "}
      <button type="button" className="btn quiet" onClick={() => router.refresh()}>
        {reload}
      </button>
    </>
  );
}

/** What another page took back already is as wanted. */
async function withdraw(contentId: string): Promise<object> {
  try {
    return await apiGateway.delete(`/feedback/${encodeURIComponent(contentId)}/`);
  } catch (problem) {
    if (!(problem instanceof ApiError && problem.status === 404)) {
      throw problem;
    }
    return {};
  }
}
