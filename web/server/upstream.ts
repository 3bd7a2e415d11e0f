import "server-only";
import { settings } from "./settings";
import { Unavailable } from "./unavailable";

export type Service = "core" | "ai";

export interface UpstreamRequest {
  method: string;
  headers: Headers;
  body?: string | ArrayBuffer | null;
}

/** Until the head of the answer. A file may take as long as the line needs. */
const HEAD_SECONDS = 15;

/**
 * The one way to core and ai. Raises `Unavailable`.
 *
 * With a signal Next leaves `fetch` alone: otherwise it would hold each body twice, and a body that
 * nobody reads would hold up its answer.
 */
export async function upstream(
  service: Service,
  path: string,
  request: UpstreamRequest,
  seconds: number = HEAD_SECONDS,
): Promise<Response> {
  const base = service === "core" ? settings.coreUrl : settings.aiUrl;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), seconds * 1000);
  // Compressed bodies would be unpacked here and sent on with the wrong length.
  request.headers.set("accept-encoding", "identity");
  try {
    return await fetch(new URL(path, base), {
      ...request,
      signal: abort.signal,
      redirect: "manual",
      cache: "no-store",
    });
  } catch {
    throw new Unavailable(service);
  } finally {
    clearTimeout(timer);
  }
}
