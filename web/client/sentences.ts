import { ApiError } from "./apiGateway";

/** A sentence for each code that a page expects; `failed` and `offline` for the rest. */
export type Sentences = Record<string, string>;

/** Why something did not work, in the language of the page where it has words for it. */
export function sentenceOf(error: unknown, sentences: Sentences): string {
  if (!(error instanceof ApiError)) {
    return sentences.failed ?? "";
  }
  const codes = [...error.errors.map(({ code }) => code), error.code];
  const known = codes.map((code) => sentences[code]).find(Boolean);
  return known ?? (error.status >= 500 ? (sentences.failed ?? "") : error.message);
}
