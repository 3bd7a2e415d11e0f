import type { ReactNode } from "react";
import { WIDTH } from "./scale";

interface Properties {
  id: string;
  /** What follows from the numbers, and what they are. */
  title: string;
  measured: string;
  /** Every value, for readers that speak. */
  values: string[];
  height: number;
  children: ReactNode;
}

/** A picture of numbers, made on the server; a table beside it says the same. */
export function Picture({ id, title, measured, values, height, children }: Properties) {
  return (
    <figure className="chart">
      <figcaption>
        {title}
        <span>{measured}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${height}`}
        role="img"
        aria-labelledby={`${id}-title ${id}-values`}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-values`}>{values.join("; ")}</desc>
        {children}
      </svg>
    </figure>
  );
}
