import { Picture } from "./Picture";
import { LEFT, placeOf, RIGHT, roundTop } from "./scale";

const TOP = 12;
const BOTTOM = 132;
const HEIGHT = 160;
const AXIS = 30;

interface Properties {
  id: string;
  title: string;
  measured: string;
  /** In the order of time; `isOpen` is one that is not over. */
  columns: { name: string; value: number; isOpen: boolean }[];
}

/** Counts by weeks. The first and the last have their names below. */
export function Columns({ id, title, measured, columns }: Properties) {
  const top = roundTop(Math.max(1, ...columns.map(({ value }) => value)));
  const step = (RIGHT - LEFT - AXIS) / columns.length;
  const at = (value: number) => placeOf(value, top, BOTTOM, TOP);
  const values = columns.map(({ name, value }) => `${name}: ${value}`);
  const ticks = top > 1 ? [0, top / 2, top] : [0, top];
  return (
    <Picture id={id} title={title} measured={measured} values={values} height={HEIGHT}>
      {ticks.map((one) => (
        <g key={one}>
          <line className="grid" x1={LEFT + AXIS} x2={RIGHT} y1={at(one)} y2={at(one)} />
          <text x={LEFT + AXIS - 6} y={at(one) + 5} textAnchor="end">
            {one}
          </text>
        </g>
      ))}
      {columns.map(({ name, value, isOpen }, place) => (
        <rect
          key={name}
          className={isOpen ? "none" : "mark"}
          x={LEFT + AXIS + place * step + 3}
          y={at(value)}
          width={step - 6}
          height={BOTTOM - at(value)}
          strokeWidth={isOpen ? 1 : 0}
        />
      ))}
      <text x={LEFT + AXIS} y={HEIGHT - 6}>
        {columns[0]?.name}
      </text>
      <text x={RIGHT} y={HEIGHT - 6} textAnchor="end">
        {columns.at(-1)?.name}
      </text>
    </Picture>
  );
}
