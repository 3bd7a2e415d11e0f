"use client";

import { CodeSpans } from "@/features/texts/CodeSpans";

export interface OrderTexts {
  /** With {option}. */
  up: string;
  down: string;
  upShort: string;
  downShort: string;
  /** Says that the order as shown counts. */
  keep: string;
}

interface Properties {
  options: string[];
  /** Numbers of options; empty before the learner ordered them. */
  order: number[];
  texts: OrderTexts;
  onOrder: (order: number[]) => void;
}

/** Options that a learner brings in order with buttons, which a keyboard reaches as well. */
export function OrderedOptions({ options, order, texts, onOrder }: Properties) {
  const shown = order.length ? order : options.map((_, index) => index + 1);

  function move(place: number, by: number): void {
    const moved = [...shown];
    const [one = 0] = moved.splice(place, 1);
    moved.splice(place + by, 0, one);
    onOrder(moved);
  }

  return (
    <>
      <ol className="list">
        {shown.map((number, place) => {
          const option = options[number - 1] ?? "";
          return (
            <li key={number} className="row apart">
              <span>
                {place + 1}. <CodeSpans text={option} />
              </span>
              <span className="row">
                <button
                  type="button"
                  className="btn"
                  disabled={place === 0}
                  aria-label={texts.up.replace("{option}", option)}
                  onClick={() => move(place, -1)}
                >
                  {texts.upShort}
                </button>
                <button
                  type="button"
                  className="btn"
                  disabled={place === shown.length - 1}
                  aria-label={texts.down.replace("{option}", option)}
                  onClick={() => move(place, 1)}
                >
                  {texts.downShort}
                </button>
              </span>
            </li>
          );
        })}
      </ol>
      {order.length === 0 && (
        <button type="button" className="btn" onClick={() => onOrder(shown)}>
          {texts.keep}
        </button>
      )}
    </>
  );
}
