import { getTranslations } from "next-intl/server";
import type { EnrolmentCounts, EnrolmentState } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { Bars } from "@/features/charts/Bars";

const WAY: EnrolmentState[] = ["applied", "offered", "pending_payment", "active", "completed"];
/** Of the way, and off it. */
export const STATES: EnrolmentState[] = [...WAY, "suspended", "withdrawn", "expired"];

/** Enrolments by state, as a picture of the way and as a table of all. */
export async function Funnel({ enrolments }: { enrolments: EnrolmentCounts }) {
  const [t, cohorts] = await Promise.all([
    getTranslations("director.funnel"),
    getTranslations("cohorts.staff.states"),
  ]);
  const { applied, active, completed } = enrolments;
  return (
    <section className="two stack" aria-label={t("label")}>
      <div className="card">
        <Bars
          id="funnel"
          title={t("title", { applied, active, completed })}
          measured={t("measured")}
          bars={WAY.map((state) => ({ name: cohorts(state), value: enrolments[state] }))}
        />
      </div>
      <div className="card">
        <table className="tbl keep">
          <caption>{t("caption")}</caption>
          <HeadRow heads={[{ text: t("state") }, { text: t("count"), isRight: true }]} />
          <tbody>
            {STATES.map((state) => (
              <tr key={state}>
                <th scope="row">{cohorts(state)}</th>
                <td className="r">{enrolments[state]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
