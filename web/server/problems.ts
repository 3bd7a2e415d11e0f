/** The body of every refusal, as core and ai write it. */
export interface Problem {
  detail: string;
  code: string;
  errors: { field: string; code: string; detail: string }[];
}

export function refusal(
  status: number,
  code: string,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  const body: Problem = { detail, code, errors: [] };
  return Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });
}

export function unavailable(): Response {
  const detail = "The service cannot be reached at the moment; try again.";
  return refusal(503, "unavailable", detail, { "retry-after": "5" });
}
