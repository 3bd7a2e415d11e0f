import "server-only";
import { cookies } from "next/headers";
import type { NextRequest } from "next/server";
import { authorized } from "./authorized";
import { FORM_COOKIE, FORM_FIELD, isFormToken } from "./formToken";
import { headersFor } from "./forward";
import { isSameOrigin } from "./origin";
import { type Problem, translateProblem } from "./problems";
import { openSession, SESSION_COOKIE } from "./session";
import { textsOf } from "./texts";
import { Unavailable } from "./unavailable";
import type { Service } from "./upstream";

/** What a form leads to: another page, or what has to be mended on its own. */
export type Outcome = { to: string } | { problem: Problem };

export interface Form {
  /** The page that shows the form, with what went wrong; some pages are about what was sent. */
  page: string | ((fields: FormFields) => string);
  submit: (fields: FormFields, callApi: CallApi) => Promise<Outcome>;
}

export type FormFields = Record<string, string>;
/** Sends JSON to core or ai as the caller, whose session is null before the log-in. */
export type CallApi = (
  method: string,
  path: string,
  body?: unknown,
  service?: Service,
) => Promise<{ status: number; body: Record<string, unknown> & Partial<Problem> }>;

/** One sentence for a form, with the field that it is about. */
export interface FormError {
  field: string | null;
  text: string;
}

/**
 * Answers a form: with JSON for its script, else by leading to a page. A form has its token, and
 * comes from a page of ours.
 */
export async function answerForm(request: NextRequest, form: Form): Promise<Response> {
  const fields = await fieldsOf(request);
  const secret = request.cookies.get(FORM_COOKIE)?.value;
  const isOurs = isSameOrigin(request.headers) && isFormToken(fields[FORM_FIELD], secret);
  const outcome = isOurs ? await outcomeOf(request, form, fields) : failed("form_expired");
  const hasScript = request.headers.get("accept")?.includes("application/json");
  if ("to" in outcome) {
    return hasScript ? Response.json({ to: outcome.to }) : redirectTo(outcome.to);
  }
  if (hasScript) {
    return Response.json({ errors: await errorsOf(outcome.problem) }, { status: 400 });
  }
  const { code, errors } = outcome.problem;
  const first = errors[0];
  const query = new URLSearchParams({ problem: first?.code ?? code, field: first?.field ?? "" });
  const page = typeof form.page === "string" ? form.page : form.page(fields);
  return redirectTo(`${page}${page.includes("?") ? "&" : "?"}${query}`);
}

/** Texts alone: none of our forms has files. */
async function fieldsOf(request: NextRequest): Promise<FormFields> {
  const data = await request.formData().catch(() => new FormData());
  const texts = [...data].filter(([, value]) => typeof value === "string");
  return Object.fromEntries(texts) as FormFields;
}

async function outcomeOf(request: NextRequest, form: Form, fields: FormFields): Promise<Outcome> {
  const { [FORM_FIELD]: _, ...rest } = fields;
  try {
    return await form.submit(rest, apiCallOf(request));
  } catch (error) {
    if (error instanceof Unavailable) {
      return failed("unavailable");
    }
    throw error;
  }
}

function apiCallOf(request: NextRequest): CallApi {
  return async (method, path, body, service = "core") => {
    const cookie = (await cookies()).get(SESSION_COOKIE)?.value;
    const session = cookie ? await openSession(cookie) : null;
    const headers = headersFor(request);
    headers.set("accept", "application/json");
    headers.set("content-type", "application/json");
    const sent = { method, headers, body: body === undefined ? null : JSON.stringify(body) };
    const { response } = await authorized(service, path, sent, session);
    return { status: response.status, body: await response.json().catch(() => ({})) };
  };
}

function redirectTo(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}

export function failed(code: string): { problem: Problem } {
  return { problem: { code, detail: "", errors: [] } };
}

/** The refusal of an answer, for a form to show. */
export function refused(body: Partial<Problem>): { problem: Problem } {
  const { code = "failed", detail = "", errors = [] } = body;
  return { problem: { code, detail, errors } };
}

/** In the language of the page. */
export async function errorsOf(problem: Problem): Promise<FormError[]> {
  const { detail, errors } = translateProblem(problem, await textsOf("errors"));
  return errors.length
    ? errors.map(({ field, detail: text }) => ({ field, text }))
    : [{ field: null, text: detail }];
}

/** What the address of a page says about its form, which was sent without JavaScript. */
export async function errorsIn(query: Record<string, string | undefined>): Promise<FormError[]> {
  const { problem, field } = query;
  if (!problem || !/^[a-z0-9_]{1,60}$/.test(problem)) {
    return [];
  }
  if (!field) {
    return errorsOf({ code: problem, detail: "", errors: [] });
  }
  return errorsOf({ code: "invalid", detail: "", errors: [{ field, code: problem, detail: "" }] });
}
