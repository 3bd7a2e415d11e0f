/**
 * Whether a write comes from a page of ours. Browsers say where it comes from and let no page change
 * that; a request that says nothing is refused.
 */
export function isSameOrigin(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") {
    return false;
  }
  const origin = headers.get("origin");
  if (origin === null) {
    return site === "same-origin";
  }
  return URL.canParse(origin) && new URL(origin).host === headers.get("host");
}
