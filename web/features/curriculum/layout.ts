import type { CurriculumStep } from "@/api/ai";

const WIDTH = 328;
const LEFT = 28;
const TOP = 28;
const ROW = 28;
const BAR = 16;
const MIN_BAR = 3;

export interface StepBar {
  id: string;
  /** From 1. */
  number: number;
  x: number;
  y: number;
  width: number;
  height: number;
  middle: number;
  /** Whether it requires no other step. */
  isOpen: boolean;
  /** Lines from the steps that it requires. */
  lines: string[];
}

export interface PathLayout {
  width: number;
  height: number;
  left: number;
  bars: StepBar[];
}

/** Each step as a bar on a line of time, with lines from the steps that come first. */
export function pathLayout(steps: CurriculumStep[]): PathLayout {
  const total = steps.reduce((sum, { minutes }) => sum + minutes, 0) || 1;
  const scale = (WIDTH - LEFT) / total;
  const bars = new Map<string, StepBar>();
  let begun = 0;
  for (const [place, { content_id, minutes, requires }] of steps.entries()) {
    const x = LEFT + begun * scale;
    const y = TOP + place * ROW;
    const middle = y + BAR / 2;
    const lines = requires.flatMap((id) => {
      const first = bars.get(id);
      return first ? `M${round(first.x + first.width)} ${first.middle}V${middle}H${round(x)}` : [];
    });
    bars.set(content_id, {
      id: content_id,
      number: place + 1,
      x: round(x),
      y,
      width: round(Math.max(MIN_BAR, minutes * scale)),
      height: BAR,
      middle,
      isOpen: requires.length === 0,
      lines,
    });
    begun += minutes;
  }
  return { width: WIDTH, height: TOP + steps.length * ROW, left: LEFT, bars: [...bars.values()] };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
