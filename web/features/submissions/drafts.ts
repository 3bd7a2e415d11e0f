/** A text that is not accepted yet, as the device keeps it. */
export interface KeptText {
  text: string;
  at: string;
  /** The version that it was written on; null before the first. */
  etag: string | null;
  /** The first version on its way: it is sent again with its key until there is an answer. */
  pending: { key: string; text: string } | null;
  /** What waits to be sent among all that the phone keeps; null if it does not wait there. */
  queued: string | null;
}

const textPlace = (userId: number, submissionId: string): string =>
  `draft:${userId}:${submissionId}`;
const linkPlace = (userId: number, submissionId: string): string =>
  `link:${userId}:${submissionId}`;
const filesPlace = (userId: number, submissionId: string): string =>
  `files:${userId}:${submissionId}`;

export function keptText(userId: number, submissionId: string): KeptText | null {
  return read<KeptText>(textPlace(userId, submissionId));
}

/** False where the device has no room, or does not let pages keep anything. */
export function keepText(userId: number, submissionId: string, text: KeptText): boolean {
  return write(textPlace(userId, submissionId), text);
}

export function dropText(userId: number, submissionId: string): void {
  remove(textPlace(userId, submissionId));
}

export function keptLink(userId: number, submissionId: string): string {
  return read<string>(linkPlace(userId, submissionId)) ?? "";
}

export function keepLink(userId: number, submissionId: string, link: string): void {
  if (link) {
    write(linkPlace(userId, submissionId), link);
  } else {
    remove(linkPlace(userId, submissionId));
  }
}

/** A file that has not arrived whole. Its bytes are on the device, where pages cannot keep them. */
export interface KeptFile {
  name: string;
  size: number;
  sent: number;
}

export function keptFiles(userId: number, submissionId: string): KeptFile[] {
  return read<KeptFile[]>(filesPlace(userId, submissionId)) ?? [];
}

export function keepFiles(userId: number, submissionId: string, files: KeptFile[]): void {
  if (files.length) {
    write(filesPlace(userId, submissionId), files);
  } else {
    remove(filesPlace(userId, submissionId));
  }
}

/** Forgets what was kept for an attempt that was handed in. */
export function dropAll(userId: number, submissionId: string): void {
  for (const placeOf of [textPlace, linkPlace, filesPlace]) {
    remove(placeOf(userId, submissionId));
  }
}

function read<T>(place: string): T | null {
  try {
    const kept = localStorage.getItem(place);
    return kept === null ? null : (JSON.parse(kept) as T);
  } catch {
    return null;
  }
}

function write(place: string, value: unknown): boolean {
  try {
    localStorage.setItem(place, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function remove(place: string): void {
  try {
    localStorage.removeItem(place);
  } catch {
    // Nothing was kept there.
  }
}
