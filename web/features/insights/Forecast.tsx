import { getTranslations } from "next-intl/server";
import type { Forecast as Answer } from "@/api/ai";
import { Interval } from "@/features/charts/Interval";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { State } from "@/features/shell/State";
import { times } from "@/features/times/times";

/** When the program may be completed: with its range, or why it cannot be said. */
export async function Forecast({ forecast }: { forecast: Answer }) {
  const t = await getTranslations("insights.forecast");
  const { state, required_done: done = 0, required_total: of = 0, unconfirmed = 0 } = forecast;
  return (
    <section className="card" aria-labelledby="forecast">
      <h2 id="forecast">{t("heading")}</h2>
      {!!of && (
        <>
          <p>
            {t("required", { done: done ?? 0, of })}{" "}
            {!!unconfirmed && t("unconfirmed", { unconfirmed })}
          </p>
          <ProgressDashes done={done ?? 0} of={of} here />
        </>
      )}
      {state === "forecast" ? <Days forecast={forecast} /> : <Why forecast={forecast} />}
    </section>
  );
}

async function Why({ forecast: { state, needed } }: { forecast: Answer }) {
  const t = await getTranslations("insights.forecast");
  if (state === "forecast") {
    return null;
  }
  return (
    <State icon={state === "requirements_met" ? "check" : "clock"} title={t(`${state}.title`)}>
      <p>
        {state === "not_enough_data"
          ? t("not_enough_data.text", {
              completions: needed?.completions ?? 0,
              days: needed?.days ?? 0,
            })
          : t(`${state}.text`)}
      </p>
    </State>
  );
}

async function Days({ forecast }: { forecast: Answer }) {
  const [t, when] = await Promise.all([getTranslations("insights.forecast"), times()]);
  const { earliest, likely, latest, ahead, learners, as_of } = forecast;
  const rows = { earliest, likely, latest };
  return (
    <>
      {earliest && likely && latest ? (
        <Interval
          id="forecast-days"
          title={t("title", { date: when.date(likely) })}
          measured={t("measured", { learners })}
          from={{ at: Date.parse(as_of), name: t("now", { date: when.date(as_of) }) }}
          low={{ at: Date.parse(earliest), name: t("low", { date: when.date(earliest) }) }}
          likely={{ at: Date.parse(likely), name: t("title", { date: when.date(likely) }) }}
          high={{ at: Date.parse(latest), name: t("high", { date: when.date(latest) }) }}
        />
      ) : (
        <p>{t("open", { learners })}</p>
      )}
      <table className="tbl keep">
        <caption>{t("caption")}</caption>
        <tbody>
          {(["earliest", "likely", "latest"] as const).map((key) => (
            <tr key={key}>
              <th scope="row">{t(key)}</th>
              <td className="r">{rows[key] ? when.date(rows[key]) : t("unforeseeable")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {ahead && <p>{t("ahead", { weeks: ahead.weeks, low: ahead.low, high: ahead.high })}</p>}
    </>
  );
}
