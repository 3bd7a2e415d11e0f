import assert from "node:assert/strict";
import { test } from "node:test";
import { isSameOrigin } from "../server/origin.ts";

const HOST = { host: "ongoza.example" };

for (const [headers, expected] of [
  [{ origin: "https://ongoza.example" }, true],
  [{ "sec-fetch-site": "same-origin" }, true],
  [{ origin: "https://ongoza.example", "sec-fetch-site": "same-origin" }, true],
  [{}, false],
  [{ origin: "null" }, false],
  [{ origin: "https://ongoza.example.evil.example" }, false],
  [{ origin: "https://ongoza.example", "sec-fetch-site": "cross-site" }, false],
  [{ "sec-fetch-site": "none" }, false],
] as const) {
  test(JSON.stringify(headers), () => {
    assert.equal(isSameOrigin(new Headers({ ...HOST, ...headers })), expected);
  });
}
