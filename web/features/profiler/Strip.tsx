import type { Range } from "./result";

/** A score between 0 and 100 with its range. The numbers beside it say the same. */
export function Strip({ score, range }: { score: number; range: Range | null }) {
  const at = (points: number) => `${points.toFixed(1)}%`;
  return (
    <svg className="strip" aria-hidden="true">
      <line className="axis" x2="100%" y1="12" y2="12" />
      {range && <line className="range" x1={at(range.low)} x2={at(range.high)} y1="12" y2="12" />}
      <circle className="dot" cx={at(score)} cy="12" r="7" />
    </svg>
  );
}
