import type { NextRequest } from "next/server";
import { forward } from "@/server/forward";

interface Context {
  params: Promise<{ path: string[] }>;
}

async function handle(request: NextRequest, context: Context): Promise<Response> {
  return forward(request, (await context.params).path);
}

export {
  handle as DELETE,
  handle as GET,
  handle as HEAD,
  handle as PATCH,
  handle as POST,
  handle as PUT,
};
