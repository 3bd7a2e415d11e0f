import { type NextRequest, NextResponse } from "next/server";
import { contentPolicy, STRIPPED } from "@/server/security";

const WEEK_SECONDS = 7 * 24 * 3600;
const SLIDING = ["__Host-och"];
const FORM_COOKIE = "__Host-form";
const BROWSER_ONLY = { path: "/", secure: true, httpOnly: true, sameSite: "lax" } as const;

/** Gives each page its policy, its secret for forms and another week of its session. */
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
  for (const name of SLIDING) {
    const value = request.cookies.get(name)?.value;
    if (value) {
      response.cookies.set(name, value, { ...BROWSER_ONLY, maxAge: WEEK_SECONDS });
    }
  }
  return response;
}

export const config = { matcher: ["/((?!_next/|bff/|icons/|sw.js|manifest).*)"] };
