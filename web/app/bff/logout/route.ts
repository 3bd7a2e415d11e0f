import { cookies } from "next/headers";
import type { NextRequest } from "next/server";
import { isSameOrigin } from "@/server/origin";
import { refusal, unavailable } from "@/server/problems";
import { endSession, openSession, SESSION_COOKIE } from "@/server/session";
import { Unavailable } from "@/server/unavailable";
import { upstream } from "@/server/upstream";

/** Ends the session first, then core's sign-in: whoever logs out is out, also if core is away. */
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
      if (error instanceof Unavailable) {
        return unavailable();
      }
      throw error;
    }
    jar.delete({ name: SESSION_COOKIE, path: "/", secure: true });
  }
  const isForm = !request.headers.get("accept")?.includes("application/json");
  return isForm
    ? new Response(null, { status: 303, headers: { location: "/log-in" } })
    : new Response(null, { status: 204 });
}
