import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";
import { ApiError } from "../client/apiGateway.ts";
import type { KeptFile } from "../features/submissions/drafts.ts";
import { uploadFile } from "../features/submissions/upload.ts";
import { UploadList, type UploadParts } from "../features/submissions/uploadList.ts";

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Core's side of uploads: takes chunks in order, and loses the answer or the request when told. */
class Files {
  readonly bytes: number[] = [];
  size = 0;
  requests = 0;
  /** Numbers of requests that never arrive, and whose answers never arrive. */
  lost = new Set<number>();
  unanswered = new Set<number>();

  readonly fetch = async (_: string, request: RequestInit): Promise<Response> => {
    this.requests += 1;
    const number = this.requests;
    if (this.lost.has(number)) {
      throw new TypeError("Failed to fetch");
    }
    const answer = await this.answer(request);
    if (this.unanswered.has(number)) {
      throw new TypeError("Failed to fetch");
    }
    return answer;
  };

  private async answer(request: RequestInit): Promise<Response> {
    if (request.method === "POST") {
      this.size = (JSON.parse(String(request.body)) as { size: number }).size;
      return this.state();
    }
    if (request.method === "GET") {
      return this.state();
    }
    const headers = new Headers(request.headers);
    const chunk = new Uint8Array(await (request.body as Blob).arrayBuffer());
    assert.equal(headers.get("content-sha256"), digest(chunk));
    assert.equal(headers.get("content-type"), "application/octet-stream");
    if (Number(headers.get("upload-offset")) !== this.bytes.length) {
      return Response.json({ code: "wrong_offset", detail: "" }, { status: 409 });
    }
    for (const byte of chunk) {
      this.bytes.push(byte);
    }
    return this.state();
  }

  private state(): Response {
    const offset = this.bytes.length;
    const state = offset === this.size ? "complete" : "under_way";
    return Response.json({ id: "f", offset, state });
  }
}

const realFetch = globalThis.fetch;
let files: Files;

beforeEach(() => {
  files = new Files();
  globalThis.fetch = files.fetch as typeof fetch;
  Object.assign(globalThis, { addEventListener: () => {}, removeEventListener: () => {} });
});

afterEach(() => {
  globalThis.fetch = realFetch;
});

function someFile(size: number, name = "notes.txt"): File {
  return new File([Uint8Array.from({ length: size }, (_, at) => at % 251)], name);
}

const silent = { onSent: () => {}, onBreak: () => {} };

test("a file arrives whole, in chunks that grow on a quick line", async () => {
  const file = someFile(600_000);
  const upload = await uploadFile(file, silent, new AbortController().signal);
  assert.equal(upload.state, "complete");
  assert.deepEqual(Uint8Array.from(files.bytes), new Uint8Array(await file.arrayBuffer()));
  assert.ok(files.requests < 8);
});

test("after a break it goes on from where core is, and sends nothing twice", async () => {
  files.lost.add(3);
  files.unanswered.add(6);
  const breaks: number[] = [];
  const file = someFile(400_000);
  const listener = { ...silent, onBreak: (at: number) => breaks.push(at) };
  await uploadFile(file, listener, new AbortController().signal);
  assert.equal(files.bytes.length, 400_000);
  assert.ok(breaks.length >= 2);
  assert.equal(breaks[0], 65_536);
});

test("a stopped upload ends, and what has arrived stays", async () => {
  const stop = new AbortController();
  const listener = { ...silent, onSent: (sent: number) => sent > 0 && stop.abort() };
  await assert.rejects(uploadFile(someFile(400_000), listener, stop.signal));
  assert.ok(files.bytes.length > 0);
});

function list(send: UploadParts["send"]): { uploads: UploadList; kept: () => KeptFile[] } {
  let kept: KeptFile[] = [{ name: "old.zip", size: 10, sent: 4 }];
  const parts: UploadParts = {
    send,
    keep: (now) => {
      kept = now;
    },
    kept: () => kept,
    onArrived: () => {},
    maxBytes: 1000,
  };
  const uploads = new UploadList(parts);
  uploads.restore();
  return { uploads, kept: () => kept };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("a file of an earlier visit is remembered until it is added again and arrives", async () => {
  const { uploads, kept } = list(async () => {});
  assert.equal(uploads.read().unfinished[0]?.name, "old.zip");
  uploads.add([someFile(10, "old.zip")]);
  assert.equal(uploads.read().uploads[0]?.sent, 4);
  await settled();
  assert.deepEqual(uploads.read(), { uploads: [], unfinished: [] });
  assert.deepEqual(kept(), []);
});

test("a refused file says why and may be tried again", async () => {
  let isOpen = false;
  const { uploads } = list(async () => {
    if (!isOpen) {
      throw new ApiError(400, "type_not_allowed", "");
    }
  });
  uploads.add([someFile(10)]);
  await settled();
  const [refused] = uploads.read().uploads;
  assert.equal(refused?.phase, "refused");
  assert.ok(refused?.problem instanceof ApiError);
  assert.equal(refused.problem.code, "type_not_allowed");
  isOpen = true;
  uploads.resume("notes.txt");
  await settled();
  assert.deepEqual(uploads.read().uploads, []);
});

test("a paused file waits, and the next one is sent", async () => {
  const sent: string[] = [];
  const { uploads } = list(async (file, _key, _listener, signal) => {
    if (file.name === "a.txt") {
      await new Promise((_, reject) => signal.addEventListener("abort", reject));
    }
    sent.push(file.name);
  });
  uploads.add([someFile(10, "a.txt"), someFile(10, "b.txt")]);
  await settled();
  uploads.pause("a.txt");
  await settled();
  assert.deepEqual(sent, ["b.txt"]);
  assert.deepEqual(
    uploads.read().uploads.map(({ name, phase }) => [name, phase]),
    [["a.txt", "paused"]],
  );
});

test("a file that is empty or too large is not sent", () => {
  const { uploads } = list(async () => assert.fail("sent"));
  uploads.add([someFile(0, "empty.txt"), someFile(1001, "large.txt")]);
  assert.deepEqual(
    uploads.read().uploads.map(({ phase }) => phase),
    ["refused", "refused"],
  );
});
