import type { Found } from "@/api/ai";

/** How near a result is to the query, in the words of a page. */
export type Nearness = "near" | "partly" | "far";

const NEAR = 0.5;
const PARTLY = 0.3;
const MIN_LETTERS = 3;
const SHOWN = 4;

/** By the score, of which unrelated queries reach up to 0.3. */
export function nearness(score: number): Nearness {
  if (score >= NEAR) {
    return "near";
  }
  return score >= PARTLY ? "partly" : "far";
}

/** The words of the query that stand in the result's title, description or skills. */
export function sharedWords(query: string, { title, description, skills }: Found): string[] {
  const words = new Set(wordsOf([title, description, ...skills].join(" ").replaceAll("-", " ")));
  const asked = [...new Set(wordsOf(query))].filter((word) => word.length >= MIN_LETTERS);
  return asked.filter((word) => words.has(word)).slice(0, SHOWN);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
