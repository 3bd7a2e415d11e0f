import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesText, shareText } from "../features/texts/bytes.ts";

const plain = (text: string): string => text.replaceAll("\u00a0", " ");

for (const [bytes, locale, text] of [
  [96_000, "en", "96 KB"],
  [5_230_000, "en", "5.2 MB"],
  [5_230_000, "fr", "5,2 Mo"],
  [5_230_000, "sw", "MB 5.2"],
  [1, "en", "1 KB"],
] as const) {
  test(`${bytes} bytes are ${text} in ${locale}`, () => {
    assert.equal(plain(bytesText(bytes, locale)), text);
  });
}

test("a share has the unit of the whole", () => {
  assert.equal(plain(shareText(52_000, 8_100_000, "en", "{part} of {whole}")), "0.1 of 8.1 MB");
  assert.equal(plain(shareText(0, 18_000, "fr", "{part} sur {whole}")), "0 sur 18 Ko");
});
