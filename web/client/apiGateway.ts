import { bodyBytes } from "./dataUse.ts";

export interface FieldError {
  field: string;
  code: string;
  detail: string;
}

/** A refusal of the API in the language of the page, or status 0 when no answer came. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[];
  readonly body: Record<string, unknown>;

  constructor(
    status: number,
    code: string,
    detail: string,
    errors: FieldError[] = [],
    body: Record<string, unknown> = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.body = body;
  }
}

export interface Answer<T> {
  status: number;
  body: T;
  etag: string | null;
}

export interface Options {
  ifMatch?: string;
  /** Given once for what a person does, and again when it is repeated. */
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** Whether it is sent even while the page is left. */
  keepalive?: boolean;
}

/** Whose page it is: another user may have logged in in another tab, and gets nothing of it. */
const PAGE_USER = "x-page-user";
const ANSWER_MS = 60_000;
const TRIES = 3;
const PAUSE_MS = 700;

async function send<T>(
  method: string,
  path: string,
  body: unknown,
  options: Options,
): Promise<Answer<T>> {
  const headers = new Headers({ accept: "application/json" });
  const user = userOfPage();
  if (user !== null) {
    headers.set(PAGE_USER, `${user}`);
  }
  if (body !== undefined) {
    headers.set("content-type", "application/json");
  }
  if (options.ifMatch) {
    headers.set("if-match", options.ifMatch);
  }
  if (options.idempotencyKey) {
    headers.set("idempotency-key", options.idempotencyKey);
  }
  const request: RequestInit = { method, headers, signal: options.signal ?? null };
  if (options.keepalive) {
    request.keepalive = true;
  }
  if (body !== undefined) {
    request.body = JSON.stringify(body);
  }
  const isSafe = method === "GET" || options.idempotencyKey !== undefined;
  return read<T>(await tryToSend(`/bff/api/v1${path}`, request, isSafe ? TRIES : 1));
}

/** A sentence that the page brings with it, for when no answer can bring one. */
function sentenceOfPage(name: "offline" | "failed"): string {
  return globalThis.document?.body.dataset[name] ?? "";
}

/** For a request without an answer. */
export function noAnswer(): ApiError {
  return new ApiError(0, "offline", sentenceOfPage("offline"));
}

/** Why something did not work, in the language of the page. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) {
    return error.errors[0]?.detail ?? error.message;
  }
  return sentenceOfPage("failed");
}

/** Whether the same request may be accepted later: no answer came, or the service was away or busy. */
export function isRetryable(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    ([0, 401, 408, 429].includes(error.status) || error.status >= 500 || isBusy(error))
  );
}

/** Whether what was sent may have been done: no answer came, or one that does not say so. */
export function isUncertain(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

function isBusy(error: ApiError): boolean {
  return error.status === 409 && ["busy", "in_flight", "other_user"].includes(error.code);
}

/** The user of the page, as its shell says. Null where nobody is signed in. */
export function userOfPage(): number | null {
  const stated = globalThis.document?.querySelector<HTMLElement>("[data-user]")?.dataset.user;
  return stated ? Number(stated) : null;
}

let countSent: (bytes: number) => void = () => undefined;

/** Calls back with the bytes of each body that is sent. */
export function onSent(callBack: (bytes: number) => void): void {
  countSent = callBack;
}

/** Sends again what did not arrive or found the service away, if that can do nothing twice. */
async function tryToSend(url: string, request: RequestInit, tries: number): Promise<Response> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      countSent(bodyBytes(request.body));
      const response = await fetch(url, { ...request, signal: limited(request.signal) });
      if (response.status !== 503 || left === 0) {
        return response;
      }
    } catch (error) {
      if (request.signal?.aborted) {
        throw error;
      }
      if (left === 0) {
        throw noAnswer();
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (tries - left)));
  }
}

/** Leads to the log-in, and back to this page, after a refusal because the session has ended. */
export function redirectToLogIn(error: ApiError): void {
  if (error.status === 401 && error.code === "not_authenticated") {
    location.assign(`/log-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
}

/** A line that gives nothing for a minute is as good as none. */
function limited(signal: AbortSignal | null | undefined): AbortSignal {
  const limit = AbortSignal.timeout(ANSWER_MS);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}

async function read<T>(response: Response): Promise<Answer<T>> {
  const body = await bodyOf(response);
  if (response.ok) {
    return { status: response.status, body, etag: response.headers.get("etag") };
  }
  throw new ApiError(
    response.status,
    body.code ?? "unknown",
    body.detail ?? sentenceOfPage("failed"),
    body.errors ?? [],
    body,
  );
}

/** An empty object for an empty body, and for a refusal that is no JSON. */
async function bodyOf(response: Response) {
  try {
    const text = await response.text();
    return text ? JSON.parse(text) : {};
  } catch {
    if (response.ok) {
      throw noAnswer(); // it was cut off on its way
    }
    return {};
  }
}

export interface Chunk {
  bytes: Blob;
  offset: number;
  sha256: string;
}

/**
 * Sends a part of a file, once. The state of the upload afterwards; for a refused offset the right one
 * is in `body.offset` of the error.
 */
async function sendChunk<T>(path: string, chunk: Chunk, signal: AbortSignal): Promise<Answer<T>> {
  const headers = {
    accept: "application/json",
    "content-type": "application/octet-stream",
    "upload-offset": `${chunk.offset}`,
    "content-sha256": chunk.sha256,
  };
  const request = { method: "PATCH", headers, body: chunk.bytes, signal };
  const response = await tryToSend(`/bff/api/v1${path}`, request, 1);
  try {
    return await read<T>(response);
  } catch (error) {
    const offset = response.headers.get("upload-offset");
    if (error instanceof ApiError && offset !== null) {
      error.body.offset = Number(offset);
    }
    throw error;
  }
}

/** The API under its own paths, with the caller's session: `apiGateway.get("/users/me/")`. */
export const apiGateway = {
  get: <T>(path: string, options: Options = {}) => send<T>("GET", path, undefined, options),
  post: <T>(path: string, body: unknown, options: Options = {}) =>
    send<T>("POST", path, body, options),
  put: <T>(path: string, body: unknown, options: Options = {}) =>
    send<T>("PUT", path, body, options),
  patch: <T>(path: string, body: unknown, options: Options = {}) =>
    send<T>("PATCH", path, body, options),
  delete: <T>(path: string, body?: unknown, options: Options = {}) =>
    send<T>("DELETE", path, body, options),
  sendChunk,
};
