import { getFormatter, getTranslations } from "next-intl/server";
import type { ProfilingResults, TrackMatch } from "@/api/ai";
import { Icon } from "@/features/shell/Icon";
import { rangeOf } from "./result";
import { Strip } from "./Strip";
import { TakeTrack } from "./TakeTrack";

/** The five tracks with their scores and ranges; each can be taken. */
export async function Scores({ results }: { results: ProfilingResults }) {
  const t = await getTranslations("profiler");
  return (
    <section className="stack" aria-labelledby="scores">
      <h2 id="scores">{t("scores.heading")}</h2>
      <p className="small soft">{t("scores.text")}</p>
      <ol className="list" id="others">
        {results.tracks.map((one) => (
          <Score key={one.key} match={one} results={results} />
        ))}
      </ol>
    </section>
  );
}

async function Score({ match, results }: { match: TrackMatch; results: ProfilingResults }) {
  const [t, format] = [await getTranslations("profiler"), await getFormatter()];
  const range = rangeOf(match);
  const track = t(`tracks.${match.key}.name`);
  const points = (value: number) => format.number(value, { maximumFractionDigits: 0 });
  return (
    <li className={match.key}>
      <div className="row apart">
        <span className="track">
          <Icon name={match.key} /> {track}
        </span>
        <span className="num">
          <strong>{points(match.score)}</strong>{" "}
          <span className="soft small">
            {range
              ? t("scores.range", { low: points(range.low), high: points(range.high) })
              : t("scores.noRange")}
          </span>
        </span>
      </div>
      <div className="track full">
        <Strip score={match.score} range={range} />
      </div>
      <details>
        <summary>{t("scores.about", { track })}</summary>
        <div className="stack tight">
          <p>{t(`tracks.${match.key}.summary`)}</p>
          <p className="small">
            {t("scores.careers")} <span lang="en">{match.careers.join(", ")}</span>
          </p>
          {match.key !== results.primary.key && (
            <TakeTrack
              track={match.key}
              session={results.session_id}
              text={t("result.take", { track })}
            />
          )}
        </div>
      </details>
    </li>
  );
}
