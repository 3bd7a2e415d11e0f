import { inValkey } from "@/server/valkey";

export const dynamic = "force-dynamic";

/** 200 also while the sessions' server is away: pages for everybody still open. */
export async function GET(): Promise<Response> {
  const ping = inValkey((redis) => redis.ping());
  const sessions = await ping.then(
    () => "ready",
    () => "unavailable",
  );
  return Response.json({ web: "ready", sessions });
}
