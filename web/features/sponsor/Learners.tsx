import { getTranslations } from "next-intl/server";
import type { SponsoredSeats } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { userTexts } from "@/features/times/people";

/** Those who let sponsors see their name, and what became of their seat. */
export async function Learners({ pools }: { pools: SponsoredSeats[] }) {
  const [t, nameOf] = await Promise.all([getTranslations("sponsor"), userTexts()]);
  const named = pools.flatMap(({ cohort, cohort_name, pool, learners }) =>
    learners.map((one) => ({ ...one, key: `${cohort} ${pool} ${one.user}`, cohort_name })),
  );
  return (
    <section className="stack" aria-labelledby="learners">
      <h2 id="learners">{t("learners")}</h2>
      {named.length === 0 && <p>{t("noLearners")}</p>}
      {named.length > 0 && (
        <table className="tbl">
          <caption>{t("learnersCaption")}</caption>
          <HeadRow
            heads={[{ text: t("learner") }, { text: t("cohort") }, { text: t("outcome") }]}
          />
          <tbody>
            {named.map(({ key, user, name, cohort_name, outcome }) => (
              <tr key={key}>
                <th scope="row">{nameOf(user, name)}</th>
                <td data-l={t("cohort")}>{cohort_name}</td>
                <td data-l={t("outcome")}>{t(`outcomes.${outcome}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
