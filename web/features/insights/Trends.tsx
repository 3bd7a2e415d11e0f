import { getFormatter, getTranslations } from "next-intl/server";
import type { Trends as Answer, TrackNumbers, WeekNumbers } from "@/api/ai";
import { HeadRow } from "@/features/actions/HeadRow";
import { Columns } from "@/features/charts/Columns";
import { Icon } from "@/features/shell/Icon";
import { times } from "@/features/times/times";

/** What was completed week by week, as a picture and as a table. */
export async function Trends({ trends }: { trends: Answer }) {
  const [t, when] = await Promise.all([getTranslations("insights.trends"), times()]);
  const { weeks, tracks, missing } = trends;
  const last = weeks.at(-1);
  return (
    <section className="stack" aria-labelledby="trends">
      <h2 id="trends">{t("heading")}</h2>
      {weeks.length === 0 ? (
        <p>{t(missing?.length ? "unknown" : "none")}</p>
      ) : (
        <div className="card">
          <Columns
            id="weeks"
            title={await conclusion(trends)}
            measured={t("measured")}
            columns={weeks.map((one) => ({
              name: when.weekDate(one.week),
              value: one.completions,
              isOpen: one === last,
            }))}
          />
          <details>
            <summary>{t("table")}</summary>
            <WeekTable weeks={weeks} />
          </details>
        </div>
      )}
      {tracks.length > 0 && <Tracks tracks={tracks} />}
    </section>
  );
}

async function conclusion({ completions }: Answer): Promise<string> {
  const [t, format] = [await getTranslations("insights.trends"), await getFormatter()];
  const { recent, earlier, needed_weeks: weeks } = completions;
  if (typeof recent !== "number" || typeof earlier !== "number") {
    return t("notEnough", { weeks });
  }
  const rounded = (value: number) => format.number(value, { maximumFractionDigits: 1 });
  const key = recent > earlier ? "more" : recent < earlier ? "fewer" : "same";
  return t(key, { recent: rounded(recent), earlier: rounded(earlier) });
}

async function WeekTable({ weeks }: { weeks: WeekNumbers[] }) {
  const [t, when] = await Promise.all([getTranslations("insights.trends"), times()]);
  return (
    <table className="tbl nums">
      <caption>{t("caption")}</caption>
      <HeadRow
        heads={[
          { text: t("week") },
          { text: t("items"), isRight: true },
          { text: t("minutes"), isRight: true },
        ]}
      />
      <tbody>
        {weeks.map(({ week, completions, minutes }) => (
          <tr key={week}>
            <th scope="row">{when.date(week)}</th>
            <td className="r" data-l={t("items")}>
              {completions}
            </td>
            <td className="r" data-l={t("minutes")}>
              {minutes ?? t("minutesUnknown")}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

async function Tracks({ tracks }: { tracks: TrackNumbers[] }) {
  const [t, names] = await Promise.all([
    getTranslations("insights.trends"),
    getTranslations("profiler.tracks"),
  ]);
  return (
    <table className="tbl nums">
      <caption>{t("byTrack")}</caption>
      <HeadRow
        heads={[
          { text: t("track") },
          { text: t("items"), isRight: true },
          { text: t("minutes"), isRight: true },
        ]}
      />
      <tbody>
        {tracks.map(({ track, completions, minutes }) => (
          <tr key={track}>
            <th scope="row">
              <span className={`track ${track}`}>
                <Icon name={track} /> {names(`${track}.name`)}
              </span>
            </th>
            <td className="r" data-l={t("items")}>
              {completions}
            </td>
            <td className="r" data-l={t("minutes")}>
              {minutes}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
