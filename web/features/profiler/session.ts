import type { SessionProgress } from "@/api/ai";
import type { CallApi, FormFields, Outcome } from "@/server/forms";
import { isSessionId, PROFILER, questionAddress, resultAddress } from "./addresses.ts";

const API = "/api/v1/profiling/session";

/** Refusals of what a page asks for that is no longer as it was when the page was made. */
const STALE = new Set([
  "answers_changed",
  "profiling_incomplete",
  "unknown_option",
  "unknown_question",
]);

type Answer = Awaited<ReturnType<CallApi>>;

/** Begins a session or goes on with the open one, answers a question, or asks for the result. */
export async function step(fields: FormFields, callApi: CallApi): Promise<Outcome> {
  const { session, question } = fields;
  if (!isSessionId(session)) {
    return begin(callApi);
  }
  return question ? answer(session, question, fields, callApi) : finish(session, callApi);
}

async function begin(callApi: CallApi): Promise<Outcome> {
  const started = await callApi("POST", `${API}/start`, undefined, "ai");
  return refusalOf(started) ?? toDue(progressOf(started));
}

/**
 * Records an answer unless another page recorded one since this page was made: the learner is then
 * led on, and keeps the answer that was given there.
 */
async function answer(
  session: string,
  question: string,
  { option = "", recorded = "" }: FormFields,
  callApi: CallApi,
): Promise<Outcome> {
  if (!option) {
    const errors = [{ field: "option", code: "no_answer", detail: "" }];
    return { problem: { code: "no_answer", detail: "", errors } };
  }
  const before = await callApi("GET", `${API}/${session}/progress`, undefined, "ai");
  const refusal = refusalOf(before, session, question);
  if (refusal) {
    return refusal;
  }
  const progress = progressOf(before);
  if (progress.status === "completed") {
    return { to: resultAddress(session) };
  }
  const now = progress.answers.find((one) => one.question_id === question)?.option_id ?? "";
  if (now !== recorded && now !== option) {
    return { to: `${toDue(progress).to}&elsewhere=1` };
  }
  const body = { question_id: question, option_id: option };
  const after = await callApi("POST", `${API}/${session}/respond`, body, "ai");
  return refusalOf(after, session, question) ?? following(progressOf(after), question, callApi);
}

/** The question after this one; after the last one the result. */
async function following(
  progress: SessionProgress,
  question: string,
  callApi: CallApi,
): Promise<Outcome> {
  const { session_id: session, answers, next_question: due } = progress;
  const place = answers.findIndex((one) => one.question_id === question);
  const next = place >= 0 ? answers[place + 1]?.question_id : undefined;
  if (next) {
    return { to: questionAddress(session, next) };
  }
  return due ? toDue(progress) : finish(session, callApi);
}

/** Each question has an address, so that the browser's Back leads to the one before. */
function toDue({ session_id, next_question }: SessionProgress): { to: string } {
  return { to: questionAddress(session_id, next_question?.id) };
}

async function finish(session: string, callApi: CallApi): Promise<Outcome> {
  const completed = await callApi("POST", `${API}/${session}/complete`, undefined, "ai");
  return refusalOf(completed, session) ?? { to: resultAddress(session) };
}

/** Where a refusal leads; null if there is none. */
function refusalOf({ status, body }: Answer, session?: string, question?: string): Outcome | null {
  if (status < 400) {
    return null;
  }
  if (status === 401) {
    const next = session ? questionAddress(session, question) : PROFILER;
    return { to: `/log-in?next=${encodeURIComponent(next)}` };
  }
  if (status === 404) {
    return { to: PROFILER }; // the session was deleted, or is somebody else's
  }
  const { code = "failed", detail = "", errors = [] } = body;
  if (session && code === "session_completed") {
    return { to: resultAddress(session) };
  }
  if (session && STALE.has(code)) {
    return { to: questionAddress(session) };
  }
  return { problem: { code: status >= 500 ? "unavailable" : code, detail, errors } };
}

/** The body of an answer that was no refusal, as ai's document describes it. */
function progressOf({ body }: Answer): SessionProgress {
  return body as unknown as SessionProgress;
}
