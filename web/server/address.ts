import "server-only";
import { headers } from "next/headers";

/** The path and query of the page that is being made. */
export async function pageAddress(): Promise<string> {
  return (await headers()).get("x-page") ?? "/";
}

/** Where to go on: a path of ours, never another site; `otherwise` for anything else. */
export function ownPath(wanted: unknown, otherwise: string): string {
  const isPath = typeof wanted === "string" && /^\/(?![/\\])[\x21-\x7e]*$/.test(wanted);
  return isPath && !wanted.startsWith("/bff/") ? wanted : otherwise;
}
