/** What a user's browser received and sent in a month, in bytes. */
export interface DataUse {
  userId: number;
  /** Like "2026-11". */
  month: string;
  bytes: number;
  /** When the count began. */
  since: string;
}

type Entry = Pick<PerformanceResourceTiming, "entryType" | "name" | "transferSize" | "workerStart">;

const FILES = "/_next/static/";

/**
 * What a page received over the line for one entry of its timeline. What the service worker fetched
 * for it has the wrong size there, or comes from this phone: the worker counts that itself.
 */
export function receivedBytes({ entryType, name, transferSize, workerStart }: Entry): number {
  const isPage = entryType === "navigation";
  const isFile = !isPage && new URL(name).pathname.startsWith(FILES);
  return workerStart > 0 && (isPage || isFile) ? 0 : (transferSize ?? 0); // unknown to old browsers
}

/** The month of a day where this phone is. */
export function monthOf(day: Date): string {
  return `${day.getFullYear()}-${`${day.getMonth() + 1}`.padStart(2, "0")}`;
}

/** The count with more bytes; a new month begins with them. */
export function added(
  before: DataUse | undefined,
  userId: number,
  bytes: number,
  now: Date,
): DataUse {
  const month = monthOf(now);
  return before?.month === month
    ? { ...before, bytes: before.bytes + bytes }
    : { userId, month, bytes, since: now.toISOString() };
}

/** The bytes of a request's body. */
export function bodyBytes(body: BodyInit | null | undefined): number {
  if (body instanceof Blob) {
    return body.size;
  }
  return typeof body === "string" ? new TextEncoder().encode(body).length : 0;
}
