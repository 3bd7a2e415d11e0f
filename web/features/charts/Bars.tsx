import { Picture } from "./Picture";
import { LEFT, placeOf, RIGHT } from "./scale";

const ROW = 46;
const BAR = 14;

interface Properties {
  id: string;
  title: string;
  measured: string;
  bars: { name: string; value: number }[];
}

/** Counts below one another, each with its name and number. */
export function Bars({ id, title, measured, bars }: Properties) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const height = bars.length * ROW;
  const values = bars.map(({ name, value }) => `${name}: ${value}`);
  return (
    <Picture id={id} title={title} measured={measured} values={values} height={height}>
      {bars.map(({ name, value }, place) => (
        <g key={name} transform={`translate(0 ${place * ROW})`}>
          <text x={LEFT} y={15}>
            {name}
          </text>
          <text className="strong" x={RIGHT} y={15} textAnchor="end">
            {value}
          </text>
          <rect className="band" x={LEFT} y={22} width={2} height={BAR} />
          <rect
            className="mark"
            x={LEFT}
            y={22}
            width={placeOf(value, most, 0, RIGHT - LEFT)}
            height={BAR}
            strokeWidth={0}
          />
        </g>
      ))}
    </Picture>
  );
}
