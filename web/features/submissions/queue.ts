import type { SubmissionState } from "@/api/core";
import type { Unsent } from "@/client/unsent";
import { store } from "@/client/unsentStore";
import type { KeptText } from "./drafts";
import type { Accepted } from "./saveText";

interface Draft {
  userId: number;
  submissionId: string;
  /** What it is called among what is kept on the phone. */
  title: string;
}

const keyOf = (submissionId: string): string => `draft-${submissionId}`;

/**
 * Puts a text that got no answer among what the phone sends when the line is back, also from other
 * pages, in place of the version before. Returns the text that is sent then.
 */
export async function queueText(
  { userId, submissionId, title }: Draft,
  base: Accepted | null,
  { text, pending }: KeptText,
): Promise<string | null> {
  const path = `/submissions/${submissionId}/artifacts/`;
  const about = { userId, title, keptAt: new Date().toISOString() };
  if (base && text.trim()) {
    const change = { method: "PATCH", path: `${path}${base.id}/`, body: { text } } as const;
    const ifMatch = base.etag ? { ifMatch: base.etag } : {};
    const arrived = { path: change.path, field: "text", values: [text] };
    await store.put({ ...about, ...change, ...ifMatch, arrived, key: keyOf(submissionId) });
    return text;
  }
  if (!base && pending) {
    const body = { kind: "text", text: pending.text };
    await store.put({ ...about, method: "POST", path, body, key: pending.key });
    return pending.text;
  }
  return null;
}

/** Takes the text out again: the page sends it itself, or it was sent. */
export async function unqueueText(
  submissionId: string,
  pending: KeptText["pending"],
): Promise<void> {
  const queued = await queuedFor(submissionId, pending);
  await Promise.all(queued.map(({ key }) => store.remove(key)));
}

export async function isQueued(
  submissionId: string,
  pending: KeptText["pending"],
): Promise<boolean> {
  return (await queuedFor(submissionId, pending)).length > 0;
}

async function queuedFor(submissionId: string, pending: KeptText["pending"]): Promise<Unsent[]> {
  const keys = [keyOf(submissionId), pending?.key];
  return (await store.all()).filter(({ key }) => keys.includes(key));
}

const HANDED_IN: SubmissionState[] = [
  "submitted",
  "in_review",
  "changes_requested",
  "passed",
  "failed",
];
const handInKey = (submissionId: string): string => `hand-in-${submissionId}`;

/** Hands in a draft, all of which core has, when the line is back. */
export async function queueHandIn({ userId, submissionId, title }: Draft): Promise<void> {
  const path = `/submissions/${submissionId}/submit/`;
  const about = { userId, title, keptAt: new Date().toISOString() };
  await store.put({
    ...about,
    method: "POST",
    path,
    body: undefined,
    arrived: { path: `/submissions/${submissionId}/`, field: "state", values: HANDED_IN },
    key: handInKey(submissionId),
  });
}

export async function unqueueHandIn(submissionId: string): Promise<void> {
  await store.remove(handInKey(submissionId));
}

export async function isHandInQueued(submissionId: string): Promise<boolean> {
  const key = handInKey(submissionId);
  return (await store.all()).some((one) => one.key === key && !one.refused);
}
