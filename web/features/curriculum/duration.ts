const LONG = 120;

/** Minutes as they are, or as hours in halves where they are many. */
export function durationOf(minutes: number): { unit: "minutes" | "hours"; count: number } {
  return minutes < LONG
    ? { unit: "minutes", count: minutes }
    : { unit: "hours", count: Math.round(minutes / 30) / 2 };
}
