import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { Sha256 } from "../client/sha256.ts";

test("parts of any length have the hash of the whole", () => {
  for (let length = 0; length < 200; length += 1) {
    const bytes = randomBytes(length);
    const hash = new Sha256();
    for (let at = 0; at < length; at += 37) {
      hash.update(bytes.subarray(at, at + 37));
    }
    assert.equal(hash.hex(), createHash("sha256").update(bytes).digest("hex"), `${length}`);
  }
});
