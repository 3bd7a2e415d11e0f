import { getTranslations } from "next-intl/server";
import { type CohortHealth, directorListCohorts } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { Pages } from "@/features/actions/Pages";
import { CohortBadge } from "@/features/cohorts/Badges";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { core, load } from "@/server/caller";

/** Each cohort in a row, with the way to its own numbers. */
export async function Cohorts({ cursor }: { cursor: string | undefined }) {
  const query = { ...(cursor && { cursor }) };
  const [t, pages, { data, problem }] = await Promise.all([
    getTranslations("director.cohorts"),
    getTranslations("cohorts"),
    load(directorListCohorts({ client: core, query })),
  ]);
  return (
    <section className="stack" aria-labelledby="cohorts">
      <h2 id="cohorts">{t("heading")}</h2>
      {problem && <ProblemState problem={problem} />}
      {data?.results.length === 0 && (
        <State icon="people" title={t("noneTitle")}>
          <p>{t("noneText")}</p>
        </State>
      )}
      {data && data.results.length > 0 && (
        <>
          <table className="tbl nums">
            <caption>{t("caption")}</caption>
            <HeadRow
              heads={[
                { text: t("name") },
                { text: t("learners"), isRight: true },
                { text: t("seats"), isRight: true },
                { text: t("active"), isRight: true },
                { text: t("risk"), isRight: true },
              ]}
            />
            <tbody>
              {data.results.map((one) => (
                <Row key={one.id} cohort={one} />
              ))}
            </tbody>
          </table>
          <Pages
            label={pages("pages")}
            next={data.next}
            previous={data.previous}
            page="/dashboard/staff/numbers"
            texts={{ next: pages("next"), previous: pages("previous") }}
          />
        </>
      )}
    </section>
  );
}

async function Row({ cohort }: { cohort: CohortHealth }) {
  const t = await getTranslations("director.cohorts");
  const { id, name, program_title, state, learners, seats, active_7_days, at_risk } = cohort;
  return (
    <tr>
      <th scope="row">
        <div>
          <a href={`/dashboard/staff/numbers?cohort=${id}`}>{name}</a>
          <p className="row meta">
            {program_title} <CohortBadge state={state} />
          </p>
        </div>
      </th>
      <td className="r" data-l={t("learners")}>
        {learners}
      </td>
      <td className="r" data-l={t("seats")}>
        {seats}
      </td>
      <td className="r" data-l={t("active")}>
        {active_7_days}
      </td>
      <td className="r" data-l={t("risk")}>
        {at_risk}
      </td>
    </tr>
  );
}
