import assert from "node:assert/strict";
import { test } from "node:test";
import { step } from "../features/profiler/session.ts";

const ID = "0193f2c4-7d2e-7000-8000-0123456789ab";
const FORM = { session: ID, question: "two", option: "b", recorded: "" };
const page = (question: string) => `/onboarding/ai-profiler?session=${ID}&question=${question}`;
const RESULT = `/onboarding/ai-profiler/result?session=${ID}`;

type Reply = { status: number; body: Record<string, unknown> };

/** Progress with these answers, and the question that is due. */
function progress(answers: Record<string, string>, due: string | null, status = "open"): Reply {
  const given = Object.entries(answers);
  return {
    status: 200,
    body: {
      session_id: ID,
      status,
      answers: given.map(([question_id, option_id]) => ({ question_id, option_id })),
      next_question: due && { id: due },
    },
  };
}

function refusal(status: number, code: string): Reply {
  return { status, body: { code, detail: "", errors: [] } };
}

/** Sends a form to an ai that gives these answers, and says what it was asked. */
async function sent(fields: Record<string, string>, ...replies: Reply[]) {
  const asked: string[] = [];
  const outcome = await step(fields, async (method, path) => {
    asked.push(`${method} ${path.split("/").at(-1)}`);
    const reply = replies.shift();
    assert.ok(reply, `${method} ${path} was not expected`);
    return reply;
  });
  return { outcome, asked };
}

test("an answer leads to the question that is due", async () => {
  const before = progress({ one: "a" }, "two");
  const after = progress({ one: "a", two: "b" }, "three");
  const { outcome, asked } = await sent(FORM, before, after);
  assert.deepEqual(outcome, { to: page("three") });
  assert.deepEqual(asked, ["GET progress", "POST respond"]);
});

test("a changed answer leads to the question after it", async () => {
  const before = progress({ one: "a", two: "a", three: "c" }, "four");
  const after = progress({ one: "a", two: "b", three: "c" }, "four");
  const { outcome } = await sent({ ...FORM, recorded: "a" }, before, after);
  assert.deepEqual(outcome, { to: page("three") });
});

test("the last answer leads to the result", async () => {
  const before = progress({ one: "a" }, "two");
  const after = progress({ one: "a", two: "b" }, null);
  const { outcome, asked } = await sent(FORM, before, after, { status: 200, body: {} });
  assert.deepEqual(outcome, { to: RESULT });
  assert.deepEqual(asked, ["GET progress", "POST respond", "POST complete"]);
});

test("without a choice nothing is sent", async () => {
  const { outcome, asked } = await sent({ ...FORM, option: "" });
  assert.equal("problem" in outcome && outcome.problem.errors[0]?.field, "option");
  assert.deepEqual(asked, []);
});

test("an answer that was given on another page is kept", async () => {
  const { outcome, asked } = await sent(FORM, progress({ one: "a", two: "c" }, "three"));
  assert.deepEqual(outcome, { to: `${page("three")}&elsewhere=1` });
  assert.deepEqual(asked, ["GET progress"]);
});

test("the same answer once more leads on", async () => {
  const recorded = progress({ one: "a", two: "b" }, "three");
  const { outcome } = await sent(FORM, recorded, recorded);
  assert.deepEqual(outcome, { to: page("three") });
});

test("a session that was completed on another page leads to its result", async () => {
  const completed = progress({ one: "a", two: "a" }, null, "completed");
  assert.deepEqual((await sent(FORM, completed)).outcome, { to: RESULT });
  const raced = [progress({ one: "a" }, "two"), refusal(409, "session_completed")];
  assert.deepEqual((await sent(FORM, ...raced)).outcome, { to: RESULT });
});

test("a session that is not there any more leads to the beginning", async () => {
  const { outcome } = await sent(FORM, refusal(404, "not_found"));
  assert.deepEqual(outcome, { to: "/onboarding/ai-profiler" });
});

test("a result that was asked for too early leads to the question that is due", async () => {
  const { outcome } = await sent({ session: ID }, refusal(409, "profiling_incomplete"));
  assert.deepEqual(outcome, { to: `/onboarding/ai-profiler?session=${ID}` });
});

test("whoever is signed out comes back to the question", async () => {
  const { outcome } = await sent(FORM, refusal(401, "not_authenticated"));
  assert.deepEqual(outcome, { to: `/log-in?next=${encodeURIComponent(page("two"))}` });
});

test("a service that is away is said, and nothing is lost", async () => {
  const { outcome } = await sent(FORM, refusal(503, "core_unavailable"));
  assert.equal("problem" in outcome && outcome.problem.code, "unavailable");
});

test("a form without a session begins one, or goes on with the open one", async () => {
  const { outcome, asked } = await sent({}, progress({ one: "a" }, "two"));
  assert.deepEqual(outcome, { to: page("two") });
  assert.deepEqual(asked, ["POST start"]);
});
