import "server-only";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { createClient as createAiClient } from "@/api/ai/client";
import { createClient as createCoreClient } from "@/api/core/client";
import { pageAddress } from "./address";
import { authorized } from "./authorized";
import { headersFor } from "./forward";
import type { Problem } from "./problems";
import { type OpenSession, openSession, SESSION_COOKIE } from "./session";
import { Unavailable } from "./unavailable";
import type { Service } from "./upstream";

/** The session of the page that is being made, or null. Raises `Unavailable`. */
export const session = cache(async (): Promise<OpenSession | null> => {
  const cookie = (await cookies()).get(SESSION_COOKIE)?.value;
  return cookie ? openSession(cookie) : null;
});

/** For pages of signed-in users: leads to the log-in, which leads back. */
export async function requireSession(): Promise<OpenSession> {
  return (await session()) ?? (await redirectToLogIn());
}

async function redirectToLogIn(): Promise<never> {
  redirect(`/log-in?next=${encodeURIComponent(await pageAddress())}`);
}

function fetchFrom(service: Service): typeof fetch {
  return async (input) => {
    const request = input as Request;
    const { pathname, search } = new URL(request.url);
    const sent = headersFor({ headers: await headers() });
    sent.delete("if-none-match");
    sent.set("accept", "application/json");
    request.headers.forEach((value, name) => {
      sent.set(name, value);
    });
    const body = request.body ? await request.text() : null;
    const init = { method: request.method, headers: sent, body };
    return (await authorized(service, pathname + search, init, await session())).response;
  };
}

const options = (service: Service) => ({
  baseUrl: `http://${service}`, // replaced by the service's address
  fetch: fetchFrom(service),
});

/** For the generated functions, with the session of the page that is being made. */
export const core = createCoreClient(options("core"));
export const ai = createAiClient(options("ai"));

export type Refusal = Problem & { status: number };

/** What a page gets: the data, or why there is none. */
export type LoadResult<T> =
  | { data: T; problem?: undefined; response: Response }
  | { data?: undefined; problem: Refusal; response?: Response };

interface Result<T> {
  data?: T | undefined;
  error?: unknown;
  response?: Response | undefined;
}

export const AWAY: Refusal = { status: 503, code: "unavailable", detail: "", errors: [] };

/** Awaits a call of a generated function. A refused token leads to the log-in. */
export async function load<T>(call: Promise<Result<T>>): Promise<LoadResult<T>> {
  let result: Result<T>;
  try {
    result = await call;
  } catch (error) {
    if (error instanceof Unavailable) {
      return { problem: AWAY };
    }
    throw error;
  }
  const { data, error, response } = result;
  if (response?.status === 401) {
    await redirectToLogIn();
  }
  if (response?.ok) {
    return { data: data as T, response };
  }
  const problem = { ...AWAY, ...(error as Partial<Problem>), status: response?.status ?? 503 };
  return response ? { problem, response } : { problem };
}
