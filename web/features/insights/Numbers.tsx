import { getFormatter, getTranslations } from "next-intl/server";
import type { Insight } from "@/api/ai";

/** What the weeks come to, each number with what it counts. */
export async function Numbers({ insights }: { insights: Insight[] }) {
  const t = await getTranslations("insights.numbers");
  return (
    <section className="stack" aria-labelledby="numbers">
      <h2 id="numbers">{t("heading")}</h2>
      <dl className="figures">
        {insights.map((one) => (
          <OneNumber key={one.key} insight={one} />
        ))}
      </dl>
    </section>
  );
}

async function OneNumber({ insight: { key, value, needed_weeks } }: { insight: Insight }) {
  const [t, format] = [await getTranslations("insights.numbers"), await getFormatter()];
  const isKnown = typeof value === "number";
  const change = key.endsWith("_change") ? ({ signDisplay: "exceptZero" } as const) : {};
  return (
    <div>
      <dt>{t(`names.${key}`)}</dt>
      <dd className={isKnown ? undefined : "unsure"}>
        {isKnown
          ? format.number(value, { maximumFractionDigits: 1, ...change })
          : t(needed_weeks > 0 ? "notEnough" : "unknown")}
        <small>
          {isKnown || needed_weeks === 0
            ? t(`meaning.${key}`)
            : t("needed", { weeks: needed_weeks })}
        </small>
      </dd>
    </div>
  );
}
