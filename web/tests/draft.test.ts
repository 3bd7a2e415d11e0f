import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../client/apiGateway.ts";
import { DraftKeeper, type DraftParts, NotKept } from "../features/submissions/draftKeeper.ts";
import type { KeptText } from "../features/submissions/drafts.ts";
import { type Accepted, TwoVersions } from "../features/submissions/saveText.ts";

const first: Accepted = { id: "a", text: "First.", etag: '"1"' };
const second: Accepted = { id: "a", text: "Second.", etag: '"2"' };

interface Desk extends DraftParts {
  onDevice: KeptText | null;
  waiting: string | null;
  sent: KeptText[];
}

type Send = DraftParts["send"];

function desk(send: Send, onDevice: KeptText | null = null): Desk {
  const made: Desk = {
    onDevice,
    waiting: null,
    sent: [],
    device: {
      read: () => made.onDevice,
      keep: (text) => {
        made.onDevice = { ...text };
        return true;
      },
      drop: () => {
        made.onDevice = null;
      },
    },
    queue: {
      put: async (_, draft) => {
        made.waiting = draft.text;
        return draft.text;
      },
      remove: async () => {
        made.waiting = null;
      },
      holds: async () => made.waiting !== null,
    },
    send: (base, draft) => {
      made.sent.push({ ...draft });
      return send(base, draft);
    },
  };
  return made;
}

const accepts: Send = async (_, { text }) => ({ id: "a", text, etag: '"9"' });
const offline: Send = async () => {
  throw new ApiError(0, "offline", "");
};

function kept(text: string, changes: Partial<KeptText> = {}): KeptText {
  return { text, at: "2026-11-28T08:00:00Z", etag: '"1"', pending: null, queued: null, ...changes };
}

test("each letter is on the device before anything is sent", () => {
  const at = desk(accepts);
  const keeper = new DraftKeeper(at, null, null);
  keeper.write("H");
  keeper.write("He");
  assert.equal(at.onDevice?.text, "He");
  assert.equal(keeper.read().sync, "kept");
  assert.deepEqual(at.sent, []);
});

test("what core has accepted is not on the device any more", async () => {
  const at = desk(accepts);
  const keeper = new DraftKeeper(at, null, null);
  keeper.write("Done.");
  assert.equal(await keeper.save(), true);
  assert.equal(at.onDevice, null);
  assert.equal(keeper.read().sync, "accepted");
});

test("without a line the text stays, waits in the queue, and keeps its key", async () => {
  const at = desk(offline);
  const keeper = new DraftKeeper(at, null, null);
  keeper.write("Kept.");
  assert.equal(await keeper.save(), false);
  assert.equal(await keeper.save(), false);
  assert.equal(keeper.read().sync, "kept");
  assert.equal(keeper.read().problem, null);
  assert.equal(at.waiting, "Kept.");
  assert.ok(at.sent[0]?.pending?.key);
  assert.equal(at.sent[0]?.pending?.key, at.sent[1]?.pending?.key);
});

test("a reload finds the text that was not accepted", () => {
  const at = desk(accepts, kept("Later.", { etag: '"1"' }));
  const keeper = new DraftKeeper(at, first, null);
  keeper.restore();
  assert.equal(keeper.read().text, "Later.");
  assert.equal(keeper.read().theirs, null);
});

test("a reload shows both versions where core has another one meanwhile", () => {
  const keeper = new DraftKeeper(desk(accepts, kept("Mine.")), second, null);
  keeper.restore();
  assert.equal(keeper.read().text, "Mine.");
  assert.deepEqual(keeper.read().theirs, second);
});

test("what the queue has sent meanwhile is no other version", () => {
  const at = desk(accepts, kept("Second, and more.", { queued: "Second." }));
  const keeper = new DraftKeeper(at, second, null);
  keeper.restore();
  assert.equal(keeper.read().theirs, null);
});

test("two versions are a choice, and mine is then sent in place of the other", async () => {
  let isChosen = false;
  const send: Send = async (base, { text }) => {
    if (!isChosen) {
      throw new TwoVersions(second);
    }
    assert.deepEqual(base, second);
    return { id: "a", text, etag: '"3"' };
  };
  const at = desk(send);
  const keeper = new DraftKeeper(at, first, null);
  keeper.write("Mine.");
  assert.equal(await keeper.save(), false);
  assert.deepEqual(keeper.read().theirs, second);
  isChosen = true;
  keeper.choose(true);
  await keeper.save();
  assert.equal(keeper.read().sync, "accepted");
  assert.equal(keeper.read().text, "Mine.");
});

test("what is written while a text is on its way is not lost", async () => {
  let accept: (accepted: Accepted) => void = () => undefined;
  const send: Send = () =>
    new Promise((resolve) => {
      accept = resolve;
    });
  const at = desk(send);
  const keeper = new DraftKeeper(at, first, null);
  keeper.write("One");
  const saved = keeper.save();
  keeper.write("One, two");
  accept({ id: "a", text: "One", etag: '"2"' });
  assert.equal(await saved, false);
  assert.equal(at.onDevice?.text, "One, two");
  assert.equal(at.onDevice?.etag, '"2"');
});

test("a device without room is said", () => {
  const at = desk(accepts);
  at.device.keep = () => false;
  const keeper = new DraftKeeper(at, null, null);
  keeper.write("No room.");
  assert.equal(keeper.read().sync, null);
  assert.ok(keeper.read().problem instanceof NotKept);
});
