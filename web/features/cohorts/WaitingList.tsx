import { getTranslations } from "next-intl/server";
import { cohortsListWaiting, type WaitingEntry } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { ProblemState } from "@/features/shell/Problem";
import { learnerNames } from "@/features/times/people";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

/** Who waits, in the order of the offers, and why. For staff. */
export async function WaitingList({ cohort }: { cohort: string }) {
  const path = { cohort_id: cohort };
  const [t, waiting] = await Promise.all([
    getTranslations("cohorts.staff"),
    load(cohortsListWaiting({ client: core, path, query: { page_size: 100 } })),
  ]);
  const entries = waiting.data?.results ?? [];
  const nameOf = await learnerNames(entries.map(({ user }) => user));
  return (
    <section className="stack" aria-labelledby="waiting">
      <h2 id="waiting">{t("waiting")}</h2>
      {waiting.problem && <ProblemState problem={waiting.problem} />}
      {waiting.data && entries.length === 0 && <p>{t("waitingNone")}</p>}
      {entries.length > 0 && (
        <table className="tbl">
          <caption>{t("waitingText")}</caption>
          <HeadRow
            heads={[
              { text: t("learner") },
              { text: t("place") },
              { text: t("takesHead") },
              { text: t("why") },
            ]}
          />
          <tbody>
            {entries.map((entry, place) => (
              <WaitingRow
                key={entry.id}
                entry={entry}
                place={place + 1}
                name={nameOf(entry.user)}
              />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface RowProperties {
  entry: WaitingEntry;
  place: number;
  name: string;
}

async function WaitingRow({ entry, place, name }: RowProperties) {
  const [t, all, when] = await Promise.all([
    getTranslations("cohorts.staff"),
    getTranslations("cohorts"),
    times(),
  ]);
  return (
    <tr>
      <th scope="row">
        {name}
        <span className="meta label">{t("since", { date: when.day(entry.created_at) })}</span>
      </th>
      <td data-l={t("place")}>{place}</td>
      <td data-l={t("takesHead")}>
        {entry.accepted_pools.map((one) => all(`kind.${one}`)).join(", ")}
      </td>
      <td data-l={t("why")}>{t(`reason.${entry.waiting_reason}`)}</td>
    </tr>
  );
}
