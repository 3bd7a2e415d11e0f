import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../client/apiGateway.ts";
import { type Store, sendKept, sendOrKeep, type Unsent, unsentOf } from "../client/unsent.ts";

function memory(...rows: Unsent[]): Store {
  const kept = new Map(rows.map((one) => [one.key, one]));
  return {
    put: async (one) => void kept.set(one.key, one),
    remove: async (key) => void kept.delete(key),
    all: async () => [...kept.values()],
  };
}

function tick(key: string, userId = 1): Unsent {
  const keptAt = `2026-11-28T08:00:0${key}Z`;
  return { key, userId, method: "POST", path: "/x/", body: {}, title: "Read", keptAt };
}

const accepts = async () => "done";
const offline = async () => {
  throw new ApiError(0, "offline", "");
};
const refuses = async () => {
  throw new ApiError(409, "version_conflict", "Changed since.");
};

test("without an answer it is kept, and sent later with the same key", async () => {
  const store = memory();
  assert.deepEqual(await sendOrKeep(tick("1"), store, offline), { state: "kept" });
  const sent: string[] = [];
  const send = async (one: Unsent) => sent.push(one.key);
  assert.equal(await sendKept(1, store, send), 1);
  assert.deepEqual(sent, ["1"]);
  assert.deepEqual(await store.all(), []);
});

test("what another user of the phone kept is never sent", async () => {
  const store = memory(tick("1", 2));
  assert.equal(await sendKept(1, store, accepts), 0);
  assert.equal((await unsentOf(2, store)).length, 1);
});

test("a later one waits behind those that wait", async () => {
  const store = memory(tick("1"));
  assert.deepEqual(await sendOrKeep(tick("2"), store, accepts), { state: "kept" });
});

test("sending stops at the first that gets no answer, and keeps the order", async () => {
  const store = memory(tick("1"), tick("2"));
  assert.equal(await sendKept(1, store, offline), 0);
  assert.deepEqual(
    (await store.all()).map((one) => one.key),
    ["1", "2"],
  );
});

test("a refused one stays with its refusal, and the others go on", async () => {
  const store = memory(tick("1"), tick("2"));
  const send = (one: Unsent) => (one.key === "1" ? refuses() : accepts());
  assert.equal(await sendKept(1, store, send), 1);
  const [left] = await store.all();
  assert.deepEqual(left?.refused, {
    status: 409,
    code: "version_conflict",
    detail: "Changed since.",
  });
  assert.equal(await sendKept(1, store, accepts), 0);
});

test("a refusal of what is sent at once is raised, and nothing kept", async () => {
  const store = memory();
  await assert.rejects(sendOrKeep(tick("1"), store, refuses), ApiError);
  assert.deepEqual(await store.all(), []);
});

for (const [status, code] of [
  [401, "not_authenticated"],
  [429, "throttled"],
  [503, "unavailable"],
  [409, "in_flight"],
] as const) {
  test(`${status} ${code} may pass, so it is kept`, async () => {
    const store = memory();
    const send = async () => {
      throw new ApiError(status, code, "");
    };
    assert.deepEqual(await sendOrKeep(tick("1"), store, send), { state: "kept" });
  });
}
