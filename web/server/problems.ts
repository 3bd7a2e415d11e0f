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

/** The problem with the sentences of a language in place of what core or ai says in English. */
export function inWords(problem: Problem, sentences: Record<string, string>): Problem {
  const say = <T extends { code: string; detail: string }>(one: T): T => ({
    ...one,
    detail: sentences[one.code] ?? one.detail,
  });
  return { ...say(problem), errors: problem.errors.map(say) };
}

export function isProblem(body: unknown): body is Problem {
  const { code, detail, errors } = (body ?? {}) as Record<string, unknown>;
  return typeof code === "string" && typeof detail === "string" && Array.isArray(errors);
}
