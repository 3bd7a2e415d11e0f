import type { EvidenceSpan } from "@/api/ai";

const QUOTE_MAX = 400;

/** The passages that the spans point to, each once. ai counts characters as Python does. */
export function quotesOf(evidence: EvidenceSpan[], texts: Map<string, string>): string[] {
  const quotes = evidence.flatMap(({ artifact_id, start, end }) => {
    const text = texts.get(artifact_id);
    return text === undefined ? [] : [shortened(Array.from(text).slice(start, end))];
  });
  return [...new Set(quotes)].filter(Boolean);
}

function shortened(characters: string[]): string {
  const text = characters.slice(0, QUOTE_MAX).join("").trim();
  return characters.length > QUOTE_MAX ? `${text}…` : text;
}

/** The titles of what no passage is about, by position. */
export function uncovered(aims: Map<number, string>, evidence: EvidenceSpan[]): string[] {
  const covered = new Set(evidence.map(({ criterion }) => criterion));
  return [...aims].filter(([position]) => !covered.has(position)).map(([, title]) => title);
}
