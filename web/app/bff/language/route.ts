import { cookies } from "next/headers";
import type { NextRequest } from "next/server";
import { ownPath } from "@/server/address";
import { isLocale } from "@/server/locales";
import { LANGUAGE_COOKIE } from "@/server/messages";

const YEAR_SECONDS = 365 * 24 * 3600;

/** Keeps the chosen language in a cookie and goes back to the page. */
export async function GET(request: NextRequest): Promise<Response> {
  const wanted = request.nextUrl.searchParams.get("to") ?? undefined;
  if (isLocale(wanted)) {
    const options = { path: "/", maxAge: YEAR_SECONDS, sameSite: "lax" } as const;
    (await cookies()).set(LANGUAGE_COOKIE, wanted, options);
  }
  const location = ownPath(request.nextUrl.searchParams.get("next"), "/");
  return new Response(null, { status: 303, headers: { location } });
}
