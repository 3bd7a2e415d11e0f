import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { coachingReadNudges } from "@/api/ai";
import { dismissalsList } from "@/api/core";
import { ai, core, load } from "@/server/caller";
import { NudgesSwitch } from "./NudgesSwitch";
import { OneAdvice } from "./OneAdvice";

/** The day's advice at home, which the rest of the page does not wait for. */
export function NudgesLater() {
  return (
    <Suspense fallback={null}>
      <Nudges />
    </Suspense>
  );
}

/** Nothing while there is none, while they are off or quiet, and while ai does not answer. */
async function Nudges() {
  const [t, { data }, dismissals] = await Promise.all([
    getTranslations("insights.nudges"),
    load(coachingReadNudges({ client: ai })),
    load(dismissalsList({ client: core, query: { kind: "advice" } })),
  ]);
  const dismissed = new Set(dismissals.data?.results.map(({ target }) => target));
  const nudges = data?.nudges.filter(({ id }) => !dismissed.has(id)) ?? [];
  if (nudges.length === 0) {
    return null;
  }
  return (
    <section className="stack tight" aria-labelledby="nudges">
      <h2 id="nudges">{t("heading")}</h2>
      <ol className="list">
        {nudges.map((one) => (
          <OneAdvice key={one.id} advice={one} />
        ))}
      </ol>
      <NudgesSwitch isOff={false} />
    </section>
  );
}
