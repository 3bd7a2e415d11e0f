import type { Criterion, MarkRequest, ReviewDraft, ReviewOutcome } from "@/api/core";

export interface MarkState {
  /** Null until they are given. */
  points: number | null;
  comment: string;
}

/** A review while it is written. */
export interface Assessment {
  /** By the positions of the criteria. */
  marks: Record<number, MarkState>;
  comments: string;
  private_notes: string;
}

export function assessmentOf(criteria: Criterion[], draft: ReviewDraft | null): Assessment {
  const marks = criteria.map(({ position }): [number, MarkState] => {
    const mark = draft?.marks.find((one) => one.criterion === position);
    return [position, { points: mark?.points ?? null, comment: mark?.comment ?? "" }];
  });
  return {
    marks: Object.fromEntries(marks),
    comments: draft?.comments ?? "",
    private_notes: draft?.private_notes ?? "",
  };
}

export function bodyOf(
  { marks, comments, private_notes }: Assessment,
  outcome: ReviewOutcome | "",
): { outcome: ReviewOutcome | ""; marks: MarkRequest[]; comments: string; private_notes: string } {
  const given = Object.entries(marks).flatMap(([criterion, { points, comment }]) =>
    points === null ? [] : [{ criterion: Number(criterion), points, comment }],
  );
  return { outcome, marks: given, comments, private_notes };
}

export function openCriteria(criteria: Criterion[], { marks }: Assessment): Criterion[] {
  return criteria.filter(({ position }) => marks[position]?.points == null);
}

export function sumOf({ marks }: Assessment): number {
  return Object.values(marks).reduce((sum, { points }) => sum + (points ?? 0), 0);
}

export function totalOf(criteria: Criterion[]): number {
  return criteria.reduce((sum, { max_points }) => sum + max_points, 0);
}

/** The points of four levels: none, a third, two thirds, all; fewer where these are the same. */
export function levels(max: number): number[] {
  return [...new Set([0, Math.round(max / 3), Math.round((2 * max) / 3), max])];
}

/** The text of a catalogue with its values. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name) => `${values[name] ?? whole}`);
}
