import "server-only";
import { cookies } from "next/headers";
import type { NextRequest } from "next/server";
import { authorized } from "./authorized";
import { isSameOrigin } from "./origin";
import { keepPreferences } from "./preferences";
import { isProblem, refusal, translateProblem, unavailable } from "./problems";
import { type Route, routeOf } from "./routing";
import {
  COOKIE_OPTIONS,
  createSession,
  endSession,
  type OpenSession,
  openSession,
  SESSION_COOKIE,
  type Tokens,
} from "./session";
import { textsOf } from "./texts";
import { Unavailable } from "./unavailable";

const SENT_ON = [
  "accept",
  "accept-language",
  "content-sha256",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "upload-length",
  "upload-offset",
  "user-agent",
];
const SENT_BACK = [
  "cache-control",
  "content-disposition",
  "content-language",
  "content-length",
  "content-security-policy",
  "content-type",
  "etag",
  "location",
  "retry-after",
  "upload-length",
  "upload-offset",
  "x-content-type-options",
  "x-request-id",
];
const SENT_BACK_BY_PREFIX = /^(ratelimit|x-source|x-.+-source$)/;
const TYPES = ["application/json", "application/octet-stream"];
const MAX_BODY_BYTES = 256 * 1024;

/**
 * Answers a request to `/bff/api/v1/...` with what core or ai says to the caller's session; refusals
 * in the language of the page.
 */
export async function forward(request: NextRequest, segments: string[]): Promise<Response> {
  const response = await answer(request, segments);
  if (response.status < 400 || !response.headers.get("content-type")?.includes("json")) {
    return response;
  }
  const text = await response.text();
  const body = parsed(text);
  const { status, headers } = response;
  headers.delete("content-length");
  if (!isProblem(body)) {
    return new Response(text, { status, headers });
  }
  return Response.json(translateProblem(body, await textsOf("errors"), status), {
    status,
    headers,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function answer(request: NextRequest, segments: string[]): Promise<Response> {
  const isWrite = !["GET", "HEAD"].includes(request.method);
  if (isWrite && !isSameOrigin(request.headers)) {
    return refusal(403, "other_origin", "Only pages of this site may do that.");
  }
  const route = routeOf(segments.join("/"));
  if (!route.to) {
    return refusal(404, "not_found", "Not found.");
  }
  try {
    return await send(request, route);
  } catch (error) {
    if (error instanceof Unavailable) {
      return unavailable();
    }
    throw error;
  }
}

async function send(request: NextRequest, route: Route): Promise<Response> {
  const body = await bodyOf(request);
  if (body instanceof Response) {
    return body;
  }
  const cookie = (await cookies()).get(SESSION_COOKIE)?.value;
  const opened = cookie ? await openSession(cookie) : null;
  const pageUser = request.headers.get("x-page-user");
  if (opened && pageUser !== null && pageUser !== `${opened.user_id}`) {
    return refusal(409, "other_user", "Somebody else has logged in. Load the page again.");
  }
  const path = request.nextUrl.pathname.slice("/bff".length) + request.nextUrl.search;
  const upstreamRequest = { method: request.method, headers: headersFor(request), body };
  const { response, session } = await authorized(route.to ?? "core", path, upstreamRequest, opened);
  if (route.signsIn && response.ok && response.status !== 204) {
    return await withoutTokens(response, session);
  }
  return new Response(response.body, { status: response.status, headers: headersOf(response) });
}

/** Read whole, so that it can be sent again. The longest that nginx lets through. */
async function bodyOf(request: NextRequest): Promise<ArrayBuffer | null | Response> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  const stated = request.headers.get("content-length");
  // A request that states neither has no body, though Next gives it an empty stream.
  const isEmpty = stated === null ? !request.headers.has("transfer-encoding") : stated === "0";
  if (request.method === "GET" || !request.body || isEmpty) {
    return null;
  }
  if (!TYPES.includes(type)) {
    return refusal(415, "unsupported_media_type", `Send ${TYPES.join(" or ")}.`);
  }
  if (stated === null || Number(stated) > MAX_BODY_BYTES) {
    return refusal(413, "payload_too_large", "The body is too large.");
  }
  return await request.arrayBuffer();
}

/** What a browser says about its user or its way here ends here. */
export function headersFor(request: { headers: Headers }): Headers {
  const headers = new Headers();
  for (const name of SENT_ON) {
    const value = request.headers.get(name);
    if (value !== null) {
      headers.set(name, value);
    }
  }
  headers.set("x-forwarded-for", request.headers.get("x-real-ip") ?? "127.0.0.1");
  const requestId = request.headers.get("x-request-id");
  if (requestId && /^[A-Za-z0-9._-]{8,64}$/.test(requestId)) {
    headers.set("x-request-id", requestId);
  }
  return headers;
}

function headersOf(response: Response): Headers {
  const headers = new Headers();
  response.headers.forEach((value, name) => {
    if (SENT_BACK.includes(name) || SENT_BACK_BY_PREFIX.test(name)) {
      headers.set(name, value);
    }
  });
  if (!headers.has("cache-control")) {
    headers.set("cache-control", "private, no-cache");
  }
  return headers;
}

interface SignedIn extends Tokens {
  user: { id: number };
}

/** Keeps the tokens of the answer in a new session and passes on the rest of it. */
async function withoutTokens(response: Response, session: OpenSession | null): Promise<Response> {
  const body = (await response.json().catch(() => null)) as SignedIn | null;
  if (!body) {
    throw new Unavailable("core"); // what cannot be read may hold tokens
  }
  const { access_token, refresh_token, ...rest } = body;
  const headers = headersOf(response);
  headers.delete("content-length");
  if (access_token && refresh_token) {
    await signIn({ access_token, refresh_token, user: rest.user }, session);
  }
  return Response.json(rest, { status: response.status, headers });
}

/** Begins a session for these tokens in place of the one before, and sets its cookie. */
export async function signIn(
  signedIn: SignedIn,
  before: { cookie: string } | null,
): Promise<OpenSession> {
  const { access_token, refresh_token, user } = signedIn;
  const session = await createSession({ access_token, refresh_token, user_id: user.id });
  if (before) {
    await endSession(before.cookie);
  }
  (await cookies()).set(SESSION_COOKIE, session.cookie, COOKIE_OPTIONS);
  await takePreferences(session);
  return session;
}

/** Language, zone and data saver of the user, for pages on this device. */
async function takePreferences(session: OpenSession): Promise<void> {
  const request = { method: "GET", headers: new Headers({ accept: "application/json" }) };
  const asked = authorized("core", "/api/v1/users/me/preferences/", request, session);
  const answer = await asked.catch(() => null);
  const found = answer?.response.ok ? await answer.response.json().catch(() => null) : null;
  if (found) {
    await keepPreferences(found);
  }
}
