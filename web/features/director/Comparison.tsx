import { getTranslations } from "next-intl/server";
import type { CohortComparison, CohortSnapshot } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { Pairs } from "@/features/charts/Pairs";
import { times } from "@/features/times/times";
import { STATES } from "./Funnel";

const SHOWN = ["applied", "active", "completed", "withdrawn"] as const;
const WORK = ["completions", "passed"] as const;

interface Measure {
  name: string;
  earlier: number;
  later: number;
  text: string;
}

/** Two moments side by side: pictures of what changed most often, and a table of all. */
export async function Comparison({ comparison }: { comparison: CohortComparison }) {
  const [t, states, when] = await Promise.all([
    getTranslations("director.compare"),
    getTranslations("cohorts.staff.states"),
    times(),
  ]);
  const { earlier, later } = comparison;
  const days = { earlier: when.dateAndClock(earlier.at), later: when.dateAndClock(later.at) };
  const measure = (name: string, of: (one: CohortSnapshot) => number): Measure => {
    const [first, second] = [of(earlier), of(later)];
    const text = t("values", { earlier: first, later: second });
    return { name, earlier: first, later: second, text };
  };
  const ofState = (state: (typeof STATES)[number]) =>
    measure(states(state), ({ enrolments }) => enrolments[state]);
  const work = WORK.map((key) => measure(t(key), (one) => one[key]));
  return (
    <>
      <div className="two stack">
        <div className="card">
          <Pairs
            id="people"
            title={t("people", {
              earlier: earlier.enrolments.active,
              later: later.enrolments.active,
            })}
            measured={t("measured")}
            pairs={SHOWN.map(ofState)}
          />
        </div>
        <div className="card">
          <Pairs
            id="work"
            title={t("work", { count: later.completions - earlier.completions })}
            measured={t("measuredWork")}
            pairs={work}
          />
        </div>
      </div>
      <table className="tbl keep">
        <caption>{t("caption", { ...days, zone: when.zoneName() })}</caption>
        <HeadRow
          heads={[
            { text: t("what") },
            { text: t("earlier"), isRight: true },
            { text: t("later"), isRight: true },
            { text: t("change"), isRight: true },
          ]}
        />
        <tbody>
          {[...STATES.map(ofState), ...work].map((one) => (
            <Row key={one.name} measure={one} />
          ))}
        </tbody>
      </table>
    </>
  );
}

async function Row({ measure: { name, earlier, later } }: { measure: Measure }) {
  const t = await getTranslations("director.compare");
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="r">{earlier}</td>
      <td className="r">{later}</td>
      <td className="r">{t("difference", { change: later - earlier })}</td>
    </tr>
  );
}
