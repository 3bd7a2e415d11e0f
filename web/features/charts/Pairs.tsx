import { Picture } from "./Picture";
import { LEFT, placeOf, RIGHT, roundTop } from "./scale";

const ROW = 50;
const AXIS = 26;

interface Properties {
  id: string;
  title: string;
  measured: string;
  pairs: { name: string; earlier: number; later: number; text: string }[];
}

/** Two values of each thing: the earlier one is a ring, the later one a dot. */
export function Pairs({ id, title, measured, pairs }: Properties) {
  const top = roundTop(Math.max(...pairs.flatMap(({ earlier, later }) => [earlier, later])));
  const at = (value: number) => placeOf(value, top, LEFT + 8, RIGHT - 8);
  const bottom = pairs.length * ROW;
  const values = pairs.map(({ name, text }) => `${name}: ${text}`);
  const ticks = top > 1 ? [0, top / 2, top] : [0, top];
  return (
    <Picture id={id} title={title} measured={measured} values={values} height={bottom + AXIS}>
      {ticks.map((one) => (
        <g key={one}>
          <line className="grid" x1={at(one)} x2={at(one)} y1={4} y2={bottom} />
          <text x={at(one)} y={bottom + 18} textAnchor={one === top ? "end" : "middle"}>
            {one}
          </text>
        </g>
      ))}
      {pairs.map(({ name, earlier, later, text }, place) => (
        <g key={name} transform={`translate(0 ${place * ROW})`}>
          <rect className="plate" x={0} y={2} width={RIGHT + LEFT} height={20} />
          <text x={LEFT} y={17}>
            {name}
          </text>
          <text className="strong" x={RIGHT} y={17} textAnchor="end">
            {text}
          </text>
          <line className="ci" x1={at(earlier)} x2={at(later)} y1={35} y2={35} />
          <circle className="plate ci" cx={at(earlier)} cy={35} r={6} />
          <circle className="mark" cx={at(later)} cy={35} r={earlier === later ? 3 : 6} />
        </g>
      ))}
    </Picture>
  );
}
