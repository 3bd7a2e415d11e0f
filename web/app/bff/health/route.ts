import { valkey } from "@/server/valkey";

export const dynamic = "force-dynamic";

/** 200 also while the sessions' server is away: pages for everybody still open. */
export async function GET(): Promise<Response> {
  const sessions = await valkey()
    .ping()
    .then(
      () => "ready",
      () => "unavailable",
    );
  return Response.json({ web: "ready", sessions });
}
