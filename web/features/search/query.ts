import type { ContentType, Track } from "@/api/ai";
import { first, levelOf, oneOf, TRACKS, TYPES } from "../learn/vocabulary.ts";

export interface SearchQuery {
  q: string;
  type?: ContentType | undefined;
  track?: Track | undefined;
  level?: number | undefined;
  limit: number;
}

export const FEW = 10;
const MANY = 50;
const MAX_CHARACTERS = 512;

/** What the address of the page asks for; anything malformed is left out. */
export function searchQuery(given: Record<string, string | string[] | undefined>): SearchQuery {
  return {
    q: (first(given.q) ?? "").trim().slice(0, MAX_CHARACTERS),
    type: oneOf(first(given.type), TYPES),
    track: oneOf(first(given.track), TRACKS),
    level: levelOf(first(given.level)),
    limit: first(given.more) ? MANY : FEW,
  };
}

/** The address of a search. */
export function searchHref({ q, type, track, level, limit }: SearchQuery): string {
  const params = new URLSearchParams({ q });
  for (const [name, value] of Object.entries({ type, track, level })) {
    if (value) {
      params.set(name, `${value}`);
    }
  }
  if (limit > FEW) {
    params.set("more", "1");
  }
  return `/search?${params}`;
}

export function isFiltered({ type, track, level }: SearchQuery): boolean {
  return Boolean(type || track || level);
}
