import "server-only";
import type { OpenSession } from "./session";
import { expiresSoon, refreshed } from "./tokens";
import { Unavailable } from "./unavailable";
import { type Service, type UpstreamRequest, upstream } from "./upstream";

export interface ResponseWithSession {
  response: Response;
  /** Null for a caller who is not signed in, or no longer. */
  session: OpenSession | null;
}

/**
 * Sends a request with the session's access token, and once more with a new one after a 401.
 *
 * A GET, and a write with an idempotency key, is sent again if the service did not answer. Raises
 * `Unavailable`.
 */
export async function authorized(
  service: Service,
  path: string,
  request: UpstreamRequest,
  opened: OpenSession | null,
): Promise<ResponseWithSession> {
  let session = opened && expiresSoon(opened) ? await refreshed(opened) : opened;
  let response = await sendTwiceIfSafe(service, path, withToken(request, session));
  if (session && response.status === 401 && (await isTokenRefused(response))) {
    session = await refreshed(session);
    if (session) {
      response = await sendTwiceIfSafe(service, path, withToken(request, session));
    }
  }
  return { response, session };
}

function withToken(request: UpstreamRequest, session: OpenSession | null): UpstreamRequest {
  const headers = new Headers(request.headers);
  if (session) {
    headers.set("authorization", `Bearer ${session.access_token}`);
  }
  return { ...request, headers };
}

async function sendTwiceIfSafe(
  service: Service,
  path: string,
  request: UpstreamRequest,
): Promise<Response> {
  const isSafe = ["GET", "HEAD"].includes(request.method) || request.headers.has("idempotency-key");
  try {
    return await upstream(service, path, request);
  } catch (error) {
    if (error instanceof Unavailable && isSafe) {
      return await upstream(service, path, request);
    }
    throw error;
  }
}

/** Not each 401 is about the token: a wrong code of a second factor is one too. */
async function isTokenRefused(response: Response): Promise<boolean> {
  try {
    const body = (await response.clone().json()) as { code?: string };
    return body.code === "not_authenticated";
  } catch {
    return false;
  }
}
