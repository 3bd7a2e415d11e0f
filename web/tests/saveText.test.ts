import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../client/apiGateway.ts";
import { type Accepted, saveText, TwoVersions } from "../features/submissions/saveText.ts";

const first: Accepted = { id: "a", text: "First.", etag: '"1"' };

/** A text in core that is changed under its version alone. */
function coreWith(text: string, version: number) {
  const held = { text, version };
  const calls: string[] = [];
  const answer = () => ({
    status: 200,
    body: { id: "a", text: held.text } as never,
    etag: `"${held.version}"`,
  });
  const gateway = {
    get: async () => answer(),
    post: async (_: string, body: unknown) => {
      calls.push("post");
      Object.assign(held, { text: (body as { text: string }).text, version: 1 });
      return answer();
    },
    patch: async (_: string, body: unknown, options: { ifMatch?: string } = {}) => {
      calls.push("patch");
      if (options.ifMatch && options.ifMatch !== `"${held.version}"`) {
        throw new ApiError(412, "precondition_failed", "");
      }
      Object.assign(held, { text: (body as { text: string }).text, version: held.version + 1 });
      return answer();
    },
    delete: async () => {
      calls.push("delete");
      return { status: 204, body: {} as never, etag: null };
    },
  };
  return { held, calls, gateway: gateway as Parameters<typeof saveText>[3] };
}

const draft = (text: string, queued: string | null = null) => ({ text, pending: null, queued });

test("a text replaces the version that it was written on", async () => {
  const { held, gateway } = coreWith("First.", 1);
  const saved = await saveText("s", first, draft("Next."), gateway);
  assert.deepEqual(saved, { id: "a", text: "Next.", etag: '"2"' });
  assert.equal(held.text, "Next.");
});

test("another version is never overwritten", async () => {
  const { held, gateway } = coreWith("Theirs.", 2);
  await assert.rejects(saveText("s", first, draft("Mine."), gateway), TwoVersions);
  assert.equal(held.text, "Theirs.");
});

test("a text whose answer was lost is accepted", async () => {
  const { gateway } = coreWith("Mine.", 2);
  const saved = await saveText("s", first, draft("Mine."), gateway);
  assert.equal(saved?.etag, '"2"');
});

test("what the queue sent is replaced by what was written after it", async () => {
  const { held, gateway } = coreWith("Queued.", 2);
  await saveText("s", first, draft("Queued, and more.", "Queued."), gateway);
  assert.equal(held.text, "Queued, and more.");
});

test("the first version is finished before the next", async () => {
  const { calls, held, gateway } = coreWith("", 0);
  const pending = { key: "k", text: "One" };
  await saveText("s", null, { text: "One, two", pending, queued: null }, gateway);
  assert.deepEqual(calls, ["post", "patch"]);
  assert.equal(held.text, "One, two");
});

test("an emptied text is removed", async () => {
  const { calls, gateway } = coreWith("First.", 1);
  assert.equal(await saveText("s", first, draft(" "), gateway), null);
  assert.deepEqual(calls, ["delete"]);
});
