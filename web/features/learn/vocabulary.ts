import type { ContentType, Track } from "@/api/core";

export const TRACKS = [
  "builders",
  "leaders",
  "entrepreneurs",
  "researchers",
  "educators",
] as const satisfies readonly Track[];
export const TYPES = ["course", "module", "mission"] as const satisfies readonly ContentType[];
export const LEVELS = [1, 2, 3, 4, 5] as const;

/** The value of a query that is one of these, else undefined. */
export function oneOf<T extends string>(value: unknown, all: readonly T[]): T | undefined {
  return all.find((one) => one === value);
}

export function levelOf(value: unknown): number | undefined {
  return LEVELS.find((level) => `${level}` === value);
}

/** The first value of a query's parameter. */
export function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
