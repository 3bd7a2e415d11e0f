import { getFormatter, getTranslations } from "next-intl/server";
import { profilingReadComparison } from "@/api/ai";
import { ProblemState } from "@/features/shell/Problem";
import { ai, load } from "@/server/caller";
import { TRACKS } from "./tracks";

/** The result of a retake beside the one before. */
export async function RetakeComparison({ session }: { session: string }) {
  const t = await getTranslations("profiler");
  const path = { session_id: session };
  const { data, problem } = await load(profilingReadComparison({ client: ai, path }));
  if (problem?.status === 404) {
    return null; // the earlier session was deleted
  }
  if (problem) {
    return <ProblemState problem={problem} />;
  }
  const { earlier, later, same_primary, scores } = data;
  const moved = TRACKS.filter((track) => scores[track]?.beyond_chance);
  const isKnown = TRACKS.every((track) => typeof scores[track]?.beyond_chance === "boolean");
  const names = {
    now: t(`tracks.${later.primary}.name`),
    before: t(`tracks.${earlier.primary}.name`),
  };
  return (
    <section className="stack tight" aria-labelledby="since">
      <h2 id="since">{t("since.heading")}</h2>
      <p>{same_primary ? t("since.again", names) : t("since.other", names)}</p>
      {moved.length === 0 && <p>{isKnown ? t("since.byChance") : t("since.unknown")}</p>}
      {moved.map((track) => (
        <Moved key={track} track={track} shift={scores[track]} />
      ))}
    </section>
  );
}

interface MovedProperties {
  track: (typeof TRACKS)[number];
  shift: { before: number; after: number } | undefined;
}

async function Moved({ track, shift }: MovedProperties) {
  const [t, format] = [await getTranslations("profiler"), await getFormatter()];
  const points = (value = 0) => format.number(value, { maximumFractionDigits: 0 });
  const [before, after] = [points(shift?.before), points(shift?.after)];
  return <p>{t("since.moved", { track: t(`tracks.${track}.name`), before, after })}</p>;
}
