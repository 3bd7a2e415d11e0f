"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useRef, useState } from "react";
import type { Verdict } from "@/api/core";
import { ApiError, apiGateway } from "@/client/apiGateway";

export interface FeedbackTexts extends Record<Verdict, string> {
  /** Names the item that the buttons are about. */
  group: string;
  /** After the answer came; `null` for a verdict that was taken back. */
  said: Record<Verdict | "null", string>;
  reload: string;
  /** Sentences by the code of a refusal. */
  refusals: Record<string, string>;
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
  const [error, setError] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const sending = useRef(false);
  const unsent = useRef<{ verdict: Verdict; key: string } | null>(null);

  async function give(wanted: Verdict): Promise<void> {
    if (unsent.current?.verdict !== wanted) {
      unsent.current = { verdict: wanted, key: crypto.randomUUID() };
    }
    const body = { content_id: contentId, verdict: wanted };
    await apiGateway.post("/feedback/", body, { idempotencyKey: unsent.current.key });
    unsent.current = null;
  }

  async function withdraw(): Promise<void> {
    try {
      await apiGateway.delete(`/feedback/${encodeURIComponent(contentId)}/`);
    } catch (problem) {
      if (!(problem instanceof ApiError && problem.status === 404)) {
        throw problem; // what another page took back already is as wanted
      }
    }
  }

  async function press(pressed: Verdict): Promise<void> {
    if (sending.current) {
      return;
    }
    sending.current = true;
    setSending(true);
    setError(null);
    try {
      const now = pressed === verdict ? null : pressed;
      await (now ? give(now) : withdraw());
      setVerdict(now);
      setSaid(texts.said[now ?? "null"]);
    } catch (problem) {
      const code = problem instanceof ApiError ? problem.code : "unavailable";
      setError(texts.refusals[code] ?? (problem as Error).message);
    }
    sending.current = false;
    setSending(false);
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
        {said && (
          <>
            {said}{" "}
            <button type="button" className="btn quiet" onClick={() => router.refresh()}>
              {texts.reload}
            </button>
          </>
        )}
      </p>
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
    </>
  );
}
