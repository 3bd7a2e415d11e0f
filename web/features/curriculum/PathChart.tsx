import { getTranslations } from "next-intl/server";
import type { CurriculumStep } from "@/api/ai";
import { pathLayout, type StepBar } from "./layout";
import { durationText } from "./texts";

const DRAWN = 20;

/** The first steps as bars on a line of time. The table beside it has the same values. */
export async function PathChart({ steps, minutes }: { steps: CurriculumStep[]; minutes: number }) {
  const [t, duration] = [await getTranslations("curriculum.chart"), await durationText()];
  const drawn = steps.slice(0, DRAWN);
  const { width, height, left, bars } = pathLayout(drawn);
  const open = bars.filter(({ isOpen }) => isOpen).length;
  const whole = drawn.reduce((sum, one) => sum + one.minutes, 0);
  const summary = t("title", { count: steps.length, time: duration(minutes), open });
  const described = drawn
    .map((one, place) => `${place + 1}: ${one.title}, ${duration(one.minutes)}`)
    .join("; ");
  return (
    <figure className="chart">
      <figcaption>
        {summary}
        <span>{t("what")}</span>
        {steps.length > DRAWN && <span>{t("first", { count: DRAWN })}</span>}
      </figcaption>
      <svg role="img" viewBox={`0 0 ${width} ${height}`} aria-labelledby="path-title path-desc">
        <title id="path-title">{summary}</title>
        <desc id="path-desc">{described}</desc>
        <line className="grid" x1={left} x2={width} y1={20} y2={20} />
        <text x={left} y={14}>
          0
        </text>
        <text x={width} y={14} textAnchor="end">
          {duration(whole)}
        </text>
        {bars.flatMap(({ id, lines }) =>
          lines.map((line) => <path className="ci" fill="none" d={line} key={`${id} ${line}`} />),
        )}
        {bars.map((bar) => (
          <Bar key={bar.id} bar={bar} />
        ))}
      </svg>
    </figure>
  );
}

function Bar({ bar: { isOpen, number, x, y, width, height, middle } }: { bar: StepBar }) {
  return (
    <g>
      <text className={isOpen ? "strong" : undefined} x={0} y={middle + 5}>
        {number}
      </text>
      <rect className={isOpen ? "mark" : "none"} x={x} y={y} width={width} height={height} />
    </g>
  );
}
