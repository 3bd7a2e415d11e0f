import { getTranslations } from "next-intl/server";
import { cohortsListWaiting } from "@/api/core";
import { ProblemState } from "@/features/shell/Problem";
import { learnerNames } from "@/features/times/people";
import { times } from "@/features/times/times";
import { core, got } from "@/server/caller";

/** Who waits, in the order of the offers, and why. For staff. */
export async function WaitingList({ cohort }: { cohort: string }) {
  const path = { cohort_id: cohort };
  const [t, all, when, waiting] = await Promise.all([
    getTranslations("cohorts.staff"),
    getTranslations("cohorts"),
    times(),
    got(cohortsListWaiting({ client: core, path, query: { page_size: 100 } })),
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
          <thead>
            <tr>
              <th scope="col">{t("learner")}</th>
              <th scope="col">{t("place")}</th>
              <th scope="col">{t("takesHead")}</th>
              <th scope="col">{t("why")}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(({ id, user, accepted_pools, waiting_reason, created_at }, place) => (
              <tr key={id}>
                <th scope="row">
                  {nameOf(user)}
                  <span className="meta label">{t("since", { date: when.day(created_at) })}</span>
                </th>
                <td data-l={t("place")}>{place + 1}</td>
                <td data-l={t("takesHead")}>
                  {accepted_pools.map((one) => all(`kind.${one}`)).join(", ")}
                </td>
                <td data-l={t("why")}>{t(`reason.${waiting_reason}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
