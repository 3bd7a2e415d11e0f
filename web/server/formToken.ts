import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export const FORM_COOKIE = "__Host-form";
export const FORM_FIELD = "form_token";

/** A token for one form, other each time so that a compressed page tells nothing about it. */
export function formToken(secret: string): string {
  const salt = randomBytes(12).toString("base64url");
  return `${salt}.${signature(secret, salt)}`;
}

export function isFormToken(token: unknown, secret: string | undefined): boolean {
  if (typeof token !== "string" || !secret) {
    return false;
  }
  const [salt = "", given = ""] = token.split(".");
  const [found, expected] = [Buffer.from(given), Buffer.from(signature(secret, salt))];
  return found.length === expected.length && timingSafeEqual(found, expected);
}

function signature(secret: string, salt: string): string {
  return createHmac("sha256", secret).update(salt).digest("base64url");
}
