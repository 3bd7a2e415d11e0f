import { getTranslations } from "next-intl/server";
import { type SeatOutcome, type SponsoredSeats, sponsorListSeats } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { Pages } from "@/features/actions/Pages";
import { CohortBadge } from "@/features/cohorts/Badges";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { core, load } from "@/server/caller";
import { Count } from "./Count";
import { Learners } from "./Learners";

/** What became of the seats that are held. */
const HELD: SeatOutcome[] = ["active", "completed", "certified"];

/** The seats of each cohort in a row, and the learners who are named. */
export async function Seats({ cursor }: { cursor: string | undefined }) {
  const query = { ...(cursor && { cursor }) };
  const [t, pages, { data, problem }] = await Promise.all([
    getTranslations("sponsor"),
    getTranslations("cohorts"),
    load(sponsorListSeats({ client: core, query })),
  ]);
  if (problem) {
    return <ProblemState problem={problem} />;
  }
  if (data.results.length === 0) {
    return (
      <State icon="people" title={t("noSeatsTitle")}>
        <p>{t("noSeatsText")}</p>
      </State>
    );
  }
  return (
    <>
      <SeatTable pools={data.results} />
      <Learners pools={data.results} />
      <Pages
        label={pages("pages")}
        next={data.next}
        previous={data.previous}
        page="/dashboard/staff/seats"
        texts={{ next: pages("next"), previous: pages("previous") }}
      />
    </>
  );
}

async function SeatTable({ pools }: { pools: SponsoredSeats[] }) {
  const t = await getTranslations("sponsor");
  return (
    <section className="stack" aria-labelledby="cohorts">
      <h2 id="cohorts">{t("cohorts")}</h2>
      <table className="tbl nums">
        <caption>{t("cohortsCaption")}</caption>
        <HeadRow
          heads={[
            { text: t("cohort") },
            { text: t("size"), isRight: true },
            { text: t("used"), isRight: true },
            ...HELD.map((key) => ({ text: t(`outcomes.${key}`), isRight: true })),
          ]}
        />
        <tbody>
          {pools.map((one) => (
            <Row key={`${one.cohort} ${one.pool}`} seats={one} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

async function Row({ seats }: { seats: SponsoredSeats }) {
  const [t, cohorts] = await Promise.all([getTranslations("sponsor"), getTranslations("cohorts")]);
  const { cohort_name, pool, state, size, used, outcomes } = seats;
  const cells = [
    { text: t("size"), value: size },
    { text: t("used"), value: used },
    ...HELD.map((key) => ({ text: t(`outcomes.${key}`), value: outcomes[key] })),
  ];
  return (
    <tr>
      <th scope="row">
        <div>
          {cohort_name}
          <p className="row meta">
            {cohorts(`kind.${pool}`)} <CohortBadge state={state} />
          </p>
        </div>
      </th>
      {cells.map(({ text, value }) => (
        <td className="r" data-l={text} key={text}>
          <Count value={value} />
        </td>
      ))}
    </tr>
  );
}
