import "server-only";
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { inValkey } from "./valkey";

export const SESSION_COOKIE = "__Host-och";
/** Without use. The cookie lives longer: it opens nothing once its session has ended. */
const SESSION_SECONDS = 7 * 24 * 3600;
const COOKIE_SECONDS = 400 * 24 * 3600; // browsers keep none longer
export const COOKIE_OPTIONS = {
  path: "/",
  secure: true,
  httpOnly: true,
  sameSite: "lax",
  maxAge: COOKIE_SECONDS,
} as const;

const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface Tokens {
  access_token: string;
  refresh_token: string;
}

export interface Session extends Tokens {
  user_id: number;
}

/** A session as a request holds it: `cookie` is the secret that finds and decrypts it. */
export interface OpenSession extends Session {
  cookie: string;
}

/** The key in Valkey. Who reads the store learns neither cookies nor tokens. */
export function storeKey(cookie: string): string {
  return `session:${derived(cookie, "id").toString("base64url")}`;
}

export async function createSession(session: Session): Promise<OpenSession> {
  const cookie = randomBytes(32).toString("base64url");
  const value = sealed(cookie, session);
  await inValkey((redis) => redis.set(storeKey(cookie), value, "EX", SESSION_SECONDS));
  return { ...session, cookie };
}

/** Null for a session that ended or never was. Each use gives it another week. */
export async function openSession(cookie: string): Promise<OpenSession | null> {
  const key = storeKey(cookie);
  const found = await inValkey((redis) => redis.getexBuffer(key, "EX", SESSION_SECONDS));
  return found && { ...unsealed(cookie, found), cookie };
}

/** False if the session ended meanwhile, which this does not undo. */
export async function replaceTokens(session: OpenSession, tokens: Tokens): Promise<boolean> {
  const { cookie, ...stored } = { ...session, ...tokens };
  const [key, value] = [storeKey(cookie), sealed(cookie, stored)];
  return (await inValkey((redis) => redis.set(key, value, "EX", SESSION_SECONDS, "XX"))) === "OK";
}

export async function endSession(cookie: string): Promise<void> {
  await inValkey((redis) => redis.del(storeKey(cookie)));
}

function derived(cookie: string, purpose: "id" | "key"): Buffer {
  return Buffer.from(hkdfSync("sha256", cookie, "", `ongoza session ${purpose}`, 32));
}

function sealed(cookie: string, session: Session): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", derived(cookie, "key"), iv);
  const { access_token, refresh_token, user_id } = session;
  const text = JSON.stringify({ access_token, refresh_token, user_id });
  const encrypted = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), encrypted]);
}

function unsealed(cookie: string, stored: Buffer): Session {
  const key = derived(cookie, "key");
  const decipher = createDecipheriv("aes-256-gcm", key, stored.subarray(0, IV_BYTES));
  decipher.setAuthTag(stored.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const encrypted = stored.subarray(IV_BYTES + TAG_BYTES);
  return JSON.parse(Buffer.concat([decipher.update(encrypted), decipher.final()]).toString("utf8"));
}
