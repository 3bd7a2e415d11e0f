import { type NextRequest, NextResponse } from "next/server";
import { contentPolicy, STRIPPED } from "@/server/security";

const FORM_COOKIE = "__Host-form";
const BROWSER_ONLY = { path: "/", secure: true, httpOnly: true, sameSite: "lax" } as const;

/** Gives each page its policy and its secret for forms. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = crypto.randomUUID();
  const policy = contentPolicy(nonce, process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  for (const name of STRIPPED) {
    headers.delete(name);
  }
  const formSecret = request.cookies.get(FORM_COOKIE)?.value ?? crypto.randomUUID();
  headers.set("content-security-policy", policy);
  headers.set("x-form-secret", formSecret);
  headers.set("x-page", request.nextUrl.pathname + request.nextUrl.search);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("referrer-policy", "same-origin");
  response.cookies.set(FORM_COOKIE, formSecret, BROWSER_ONLY);
  return response;
}

export const config = { matcher: ["/((?!_next/|bff/|icons/|sw.js|manifest).*)"] };
