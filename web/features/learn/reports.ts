import type { ContentType, ProgressStatus } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";

/** What a learner's browser says about an item. */
export interface Report {
  content_id: string;
  content_type: ContentType;
  status: ProgressStatus;
  completion_percentage: number;
  reported_at: string;
}

interface Kept {
  report: Report;
  /** Makes the report count once, however often it is sent. */
  key: string;
}

const placeOf = (userId: number): string => `progress:${userId}`;

/** Keeps a report on the device until it is accepted, in place of an earlier one of the item. */
export function keepReport(userId: number, report: Report): void {
  const kept = { ...readKept(userId), [report.content_id]: { report, key: crypto.randomUUID() } };
  write(userId, kept);
}

/** Sends what is kept of this user. Raises the refusal of the last one that was refused. */
export async function sendReports(userId: number): Promise<void> {
  let refusal: unknown = null;
  for (const [contentId, { report, key }] of Object.entries(readKept(userId))) {
    try {
      await apiGateway.post("/progress/", report, { idempotencyKey: key });
      drop(userId, contentId, key);
    } catch (error) {
      if (!isTransient(error)) {
        drop(userId, contentId, key);
      }
      refusal = error;
    }
  }
  if (refusal) {
    throw refusal;
  }
}

/** Whether the same report may be accepted later. */
export function isTransient(error: unknown): boolean {
  const status = (error as { status?: number }).status ?? 0;
  const code = (error as { code?: string }).code;
  return status === 0 || status === 401 || status === 429 || status >= 500 || code === "busy";
}

function drop(userId: number, contentId: string, key: string): void {
  const { [contentId]: sent, ...rest } = readKept(userId);
  if (sent?.key === key) {
    write(userId, rest);
  }
}

/** What this page holds where the device keeps nothing. */
const memory = new Map<number, Record<string, Kept>>();

function readKept(userId: number): Record<string, Kept> {
  const held = memory.get(userId);
  if (held) {
    return held;
  }
  try {
    return JSON.parse(localStorage.getItem(placeOf(userId)) ?? "{}") as Record<string, Kept>;
  } catch {
    return {};
  }
}

function write(userId: number, kept: Record<string, Kept>): void {
  try {
    localStorage.setItem(placeOf(userId), JSON.stringify(kept));
    memory.delete(userId);
  } catch {
    memory.set(userId, kept);
  }
}
