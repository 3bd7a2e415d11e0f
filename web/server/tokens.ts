import "server-only";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  endSession,
  type OpenSession,
  openSession,
  replaceTokens,
  storeKey,
  type Tokens,
} from "./session";
import { Unavailable } from "./unavailable";
import { upstream } from "./upstream";
import { inValkey } from "./valkey";

/** An access token is exchanged this long before it expires. */
const EARLY_SECONDS = 30;
const REFRESH_SECONDS = 3;
const LOCK_MS = 15_000; // longer than a refresh that is sent twice
const POLL_MS = 50;
const RELEASE = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end`;

const refreshing = new Map<string, Promise<OpenSession | null>>();

/** Seconds since 1970; 0 if the token does not say. */
export function expiryOf(accessToken: string): number {
  try {
    const claims = accessToken.split(".")[1] ?? "";
    return Number(JSON.parse(Buffer.from(claims, "base64url").toString("utf8")).exp) || 0;
  } catch {
    return 0;
  }
}

export function expiresSoon(session: OpenSession, now: number = Date.now()): boolean {
  return expiryOf(session.access_token) < now / 1000 + EARLY_SECONDS;
}

/**
 * The session with other tokens than the stale ones, or null if it ended.
 *
 * One request to core at a time for each session, over all processes: a refresh token is good for
 * one exchange, and a second one ends the sign-in. Raises `Unavailable`.
 */
export function refreshed(stale: OpenSession): Promise<OpenSession | null> {
  const key = storeKey(stale.cookie);
  const running = refreshing.get(key);
  if (running) {
    return running;
  }
  const started = refreshAlone(stale).finally(() => refreshing.delete(key));
  refreshing.set(key, started);
  return started;
}

async function refreshAlone(stale: OpenSession): Promise<OpenSession | null> {
  const lock = `refresh:${storeKey(stale.cookie)}`;
  const owner = randomBytes(16).toString("base64url");
  for (;;) {
    const isOurs = (await inValkey((it) => it.set(lock, owner, "PX", LOCK_MS, "NX"))) === "OK";
    try {
      const current = await openSession(stale.cookie);
      if (!current || current.access_token !== stale.access_token) {
        return current;
      }
      if (isOurs) {
        return await exchange(current);
      }
    } finally {
      if (isOurs) {
        await inValkey((it) => it.eval(RELEASE, 1, lock, owner));
      }
    }
    await sleep(POLL_MS);
  }
}

async function exchange(session: OpenSession): Promise<OpenSession | null> {
  // An answer may get lost: within its grace period core gives the same pair again.
  const tokens = await requestTokens(session).catch(() => requestTokens(session));
  if (!tokens) {
    await endSession(session.cookie);
    return null;
  }
  return (await replaceTokens(session, tokens)) ? { ...session, ...tokens } : null;
}

/** Null if core refuses. Raises `Unavailable`. */
async function requestTokens(session: OpenSession): Promise<Tokens | null> {
  const headers = new Headers({ "content-type": "application/json" });
  const body = JSON.stringify({ refresh_token: session.refresh_token });
  const request = { method: "POST", headers, body };
  const path = "/api/v1/auth/token/refresh/";
  const answer = await upstream("core", path, request, REFRESH_SECONDS);
  if (answer.status === 401) {
    return null;
  }
  const tokens = answer.ok ? ((await answer.json().catch(() => null)) as Tokens | null) : null;
  if (!tokens?.access_token || !tokens.refresh_token) {
    throw new Unavailable("core");
  }
  return tokens;
}
