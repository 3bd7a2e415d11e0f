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

/** Sentences by code, in one language; `fields` has those that only fit a field. */
export interface Sentences extends Record<string, string | Record<string, Record<string, string>>> {
  failed: string;
  invalid: string;
  throttled: string;
  fields: Record<string, Record<string, string>>;
}

/** The problem with sentences of a language in place of what core or ai says in English. */
export function translateProblem<P extends Problem>(
  problem: P,
  sentences: Sentences,
  status?: number,
): P {
  const { fields, ...general } = sentences;
  const own = <T>(of: Record<string, T>, name: string) =>
    Object.hasOwn(of, name) ? of[name] : null;
  const of = (code: string) => own(general as Record<string, string>, code);
  const errors = problem.errors.map(({ field, code }) => {
    const name = field.split(".").findLast((part) => !/^\d+$/.test(part)) ?? "";
    return {
      field,
      code,
      detail: own(own(fields, name) ?? {}, code) ?? of(code) ?? sentences.invalid,
    };
  });
  const detail = status === 429 ? sentences.throttled : (of(problem.code) ?? sentences.failed);
  return { ...problem, detail, errors };
}

export function isProblem(body: unknown): body is Problem {
  const { code, detail, errors } = (body ?? {}) as Record<string, unknown>;
  return typeof code === "string" && typeof detail === "string" && Array.isArray(errors);
}
