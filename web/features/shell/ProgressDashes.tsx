const GAP_PER_STEP = 0.012;
const MAX_GAP = 0.3;

interface Properties {
  done: number;
  of: number;
  /** Mark the step after those that are done. */
  here?: boolean;
  /** Steps that may come besides, drawn thin. */
  maybe?: number;
}

/** Progress as a row of dashes. The words beside it say the same, so readers that speak skip it. */
export function ProgressDashes({ done, of, here = false, maybe = 0 }: Properties) {
  const total = of + maybe;
  const gap = Math.min(MAX_GAP, total * GAP_PER_STEP);
  const dashes = `${(1 - gap).toFixed(3)} ${gap.toFixed(3)}`;
  const at = (steps: number) => `${((100 * steps) / total).toFixed(2)}%`;
  const line = { y1: 5, y2: 5, strokeDasharray: dashes };
  return (
    <svg className="way" aria-hidden="true">
      <line x2={at(of)} pathLength={of} {...line} />
      {maybe > 0 && <line className="maybe" x1={at(of)} x2="100%" pathLength={maybe} {...line} />}
      {done > 0 && <line className="done" x2={at(done)} pathLength={done} {...line} />}
      {here && done < total && (
        <line className="here" x1={at(done)} x2={at(done + 1)} pathLength={1} {...line} />
      )}
    </svg>
  );
}
