import { cookies } from "next/headers";
import type { NextRequest } from "next/server";
import { CHALLENGE_COOKIE, RECOVERY_COOKIE } from "@/features/account/forms";
import { DATA_SAVER_COOKIE, ZONE_COOKIE } from "@/server/messages";
import { isSameOrigin } from "@/server/origin";
import { refusal } from "@/server/problems";
import { endSession, openSession, SESSION_COOKIE } from "@/server/session";
import { Unavailable } from "@/server/unavailable";
import { upstream } from "@/server/upstream";

/** Ends the session first, then core's sign-in: the user is logged out also while core is away. */
export async function POST(request: NextRequest): Promise<Response> {
  if (!isSameOrigin(request.headers)) {
    return refusal(403, "other_origin", "Only pages of this site may do that.");
  }
  const jar = await cookies();
  const cookie = jar.get(SESSION_COOKIE)?.value;
  if (cookie) {
    try {
      const session = await openSession(cookie);
      await endSession(cookie);
      if (session) {
        const headers = new Headers({ "content-type": "application/json" });
        const body = JSON.stringify({ refresh_token: session.refresh_token });
        const sent = upstream("core", "/api/v1/auth/logout/", { method: "POST", headers, body });
        await sent.catch(() => undefined);
      }
    } catch (error) {
      // Without its cookie nobody can open the session, which ends by itself.
      if (!(error instanceof Unavailable)) {
        throw error;
      }
    }
  }
  for (const name of [SESSION_COOKIE, CHALLENGE_COOKIE, RECOVERY_COOKIE]) {
    jar.delete({ name, path: "/", secure: true });
  }
  for (const name of [ZONE_COOKIE, DATA_SAVER_COOKIE]) {
    jar.delete({ name, path: "/" });
  }
  const isForm = !request.headers.get("accept")?.includes("application/json");
  return isForm
    ? new Response(null, { status: 303, headers: { location: "/log-in" } })
    : new Response(null, { status: 204 });
}
