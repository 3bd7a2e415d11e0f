import type { File as Upload } from "@/api/core";
import { ApiError, apiGateway, noAnswer } from "../../client/apiGateway.ts";
import { Sha256 } from "../../client/sha256.ts";

const MIN_CHUNK_BYTES = 16 * 1024;
const MAX_CHUNK_BYTES = 192 * 1024;
/** A chunk that took less than this is followed by a larger one; the server waits 10 s for one. */
const QUICK_MS = 2000;
const SLOW_MS = 6000;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;
/** A chunk without an answer for so long is given up, and sent again in smaller ones. */
const PATIENCE_MS = 30_000;

export interface Listener {
  onSent: (bytes: number) => void;
  /** The line broke; it goes on from there. */
  onBreak: (bytes: number) => void;
}

/**
 * Sends a file in chunks and goes on after each break of the line from where the server is. Resolves
 * to the complete upload; rejects with the refusal, or when `signal` aborts.
 */
export async function uploadFile(
  file: File,
  listener: Listener,
  signal: AbortSignal,
): Promise<Upload> {
  const sha256 = await fingerprint(file, signal);
  const announced = { name: file.name, size: file.size, sha256 };
  let upload = await untilSent(0, listener, signal, () =>
    apiGateway.post<Upload>("/files/", announced, { signal }),
  );
  let size = MIN_CHUNK_BYTES * 4;
  let fresh = false;
  while (upload.state !== "complete") {
    const { id, offset } = upload;
    listener.onSent(offset);
    const began = performance.now();
    try {
      upload = await sendPart(file, id, offset, size, signal);
      size = nextSize(size, performance.now() - began);
      fresh = false;
    } catch (error) {
      if (signal.aborted || !isResumable(error, fresh)) {
        throw error;
      }
      fresh = error instanceof ApiError && error.status === 401;
      size = Math.max(MIN_CHUNK_BYTES, size / 2);
      if (isBreak(error)) {
        listener.onBreak(offset);
      }
      await untilOnline(FIRST_PAUSE_MS, signal);
      upload = await untilSent(offset, listener, signal, () =>
        apiGateway.get<Upload>(`/files/${id}/`, { signal }),
      );
    }
  }
  listener.onSent(file.size);
  return upload;
}

/** Reading a large file takes a while: once is enough. */
const fingerprints = new WeakMap<File, string>();

async function fingerprint(file: File, signal: AbortSignal): Promise<string> {
  const known = fingerprints.get(file);
  if (known) {
    return known;
  }
  const hash = new Sha256();
  for (let at = 0; at < file.size; at += MAX_CHUNK_BYTES) {
    refuseAborted(signal);
    hash.update(new Uint8Array(await file.slice(at, at + MAX_CHUNK_BYTES).arrayBuffer()));
  }
  const sha256 = hash.hex();
  fingerprints.set(file, sha256);
  return sha256;
}

async function sendPart(
  file: File,
  id: string,
  offset: number,
  size: number,
  signal: AbortSignal,
): Promise<Upload> {
  const bytes = file.slice(offset, offset + size);
  const sha256 = new Sha256().update(new Uint8Array(await bytes.arrayBuffer())).hex();
  refuseAborted(signal); // it may have been stopped while no request was on its way
  const attempt = new AbortController();
  const abort = () => attempt.abort();
  const timer = setTimeout(abort, PATIENCE_MS);
  signal.addEventListener("abort", abort);
  try {
    const chunk = { bytes, offset, sha256 };
    return (await apiGateway.sendChunk<Upload>(`/files/${id}/`, chunk, attempt.signal)).body;
  } catch (error) {
    if (attempt.signal.aborted && !signal.aborted) {
      throw noAnswer();
    }
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** Larger chunks need fewer requests; on a slow line they would not arrive in time. */
function nextSize(size: number, took: number): number {
  if (took < QUICK_MS) {
    return Math.min(MAX_CHUNK_BYTES, size * 2);
  }
  return took > SLOW_MS ? Math.max(MIN_CHUNK_BYTES, size / 2) : size;
}

/** Repeats a request that can do nothing twice until there is an answer. */
export async function untilSent<T>(
  bytes: number,
  listener: Listener,
  signal: AbortSignal,
  request: () => Promise<{ body: T }>,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(MAX_PAUSE_MS, pause * 2)) {
    try {
      return (await request()).body;
    } catch (error) {
      refuseAborted(signal);
      if (!isBreak(error)) {
        throw error;
      }
      listener.onBreak(bytes);
      await untilOnline(pause, signal);
    }
  }
}

/** Waits for a while, or until the browser says that the line is back. */
function untilOnline(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      removeEventListener("online", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    addEventListener("online", go);
    signal.addEventListener("abort", go);
  });
}

function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new DOMException("The upload was stopped.", "AbortError");
  }
}

/** No answer came, or none that judges the request. */
function isBreak(error: unknown): boolean {
  const status = error instanceof ApiError ? error.status : -1;
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

/** Whether asking for the offset and sending again may help. */
function isResumable(error: unknown, wasRefreshed: boolean): boolean {
  if (!(error instanceof ApiError)) {
    return false;
  }
  const isSignedOut = error.status === 401;
  const codes = ["wrong_offset", "in_flight", "busy", "chunk_hash_mismatch"];
  return isBreak(error) || codes.includes(error.code) || (isSignedOut && !wasRefreshed);
}
