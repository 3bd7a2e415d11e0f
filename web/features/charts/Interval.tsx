import { Picture } from "./Picture";
import { LEFT, placeOf, RIGHT } from "./scale";

const HEIGHT = 84;
const LINE = 24;

interface Point {
  /** A number, such as a day. */
  at: number;
  name: string;
}

interface Properties {
  id: string;
  title: string;
  measured: string;
  from: Point;
  low: Point;
  likely: Point;
  high: Point;
}

/** A range on a line that begins now: whiskers for its ends, a dot for what is likely. */
export function Interval({ id, title, measured, from, low, likely, high }: Properties) {
  const span = Math.max(1, high.at - from.at);
  const at = ({ at: value }: Point) => placeOf(value - from.at, span, LEFT, RIGHT - 2);
  const [left, right] = [at(low), at(high)];
  const values = [from, low, likely, high].map(({ name }) => name);
  return (
    <Picture id={id} title={title} measured={measured} values={values} height={HEIGHT}>
      <line className="grid" x1={LEFT} x2={RIGHT} y1={LINE} y2={LINE} strokeWidth={2} />
      <line className="ci" x1={left} x2={right} y1={LINE} y2={LINE} />
      <path className="ci" d={`M${left} ${LINE - 8}v16M${right} ${LINE - 8}v16`} />
      <circle className="mark" cx={at(likely)} cy={LINE} r={7} />
      <text x={LEFT} y={56}>
        {low.name}
      </text>
      <text x={RIGHT} y={76} textAnchor="end">
        {high.name}
      </text>
    </Picture>
  );
}
