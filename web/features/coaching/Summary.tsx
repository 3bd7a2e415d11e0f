import { getFormatter, getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { coachingReadOverview } from "@/api/ai";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { ai, load } from "@/server/caller";

/** The summary, which the rest of the page does not wait for. */
export function SummaryLater() {
  return (
    <Suspense fallback={<Waiting />}>
      <Summary />
    </Suspense>
  );
}

async function Waiting() {
  const t = await getTranslations("coaching.summary");
  return (
    <section className="stack tight" aria-busy="true">
      <p className="hide" role="status">
        {t("loading")}
      </p>
      <span className="wait" aria-hidden="true" />
      <span className="wait" aria-hidden="true" />
    </section>
  );
}

/** Goals by state and what reflections are about, as ai counts them. */
async function Summary() {
  const [t, format] = [await getTranslations("coaching"), await getFormatter()];
  const { data, problem } = await load(coachingReadOverview({ client: ai }));
  if (problem) {
    return <ProblemState problem={problem} />;
  }
  const { goals, tags, as_of } = data;
  const names = tags?.map((tag) => t(`reflections.tags.${tag}`)) ?? [];
  return (
    <section className="stack tight" aria-labelledby="summary">
      <h2 id="summary">{t("summary.heading")}</h2>
      <p>{t("summary.goals", { active: goals.active ?? 0, achieved: goals.achieved ?? 0 })}</p>
      {names.length > 0 && <p>{t("summary.tags", { tags: format.list(names) })}</p>}
      {!tags && <p className="meta">{t("summary.noTags")}</p>}
      <p className="meta">{t("summary.asOf", { time: (await times()).clock(as_of) })}</p>
    </section>
  );
}
