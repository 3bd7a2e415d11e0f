import type { NextRequest } from "next/server";
import { log } from "@/server/log";

const MAX_LENGTH = 8192;

interface Report {
  "csp-report"?: { "effective-directive"?: unknown; "blocked-uri"?: unknown };
}

/** What a browser kept from running: its directive and where it came from, and no page of a user. */
export async function POST(request: NextRequest): Promise<Response> {
  if (Number(request.headers.get("content-length") ?? MAX_LENGTH + 1) <= MAX_LENGTH) {
    const body = ((await request.json().catch(() => null)) ?? {}) as Report;
    const report = body["csp-report"] ?? {};
    log("warning", "the policy of a page was violated", {
      directive: shortened(report["effective-directive"]),
      blocked: shortened(originOf(report["blocked-uri"])),
    });
  }
  return new Response(null, { status: 204 });
}

function originOf(uri: unknown): unknown {
  return typeof uri === "string" && URL.canParse(uri) ? new URL(uri).origin : uri;
}

function shortened(value: unknown): string {
  return typeof value === "string" ? value.slice(0, 100) : "";
}
