import { getLocale, getTranslations } from "next-intl/server";
import { cohortsListPools, type PoolSeats } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { moneyText } from "@/features/billing/money";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

/** The seats of a cohort, and how many are free now. */
export async function SeatsTable({ cohort }: { cohort: string }) {
  const [t, when, seats] = await Promise.all([
    getTranslations("cohorts.seats"),
    times(),
    load(cohortsListPools({ client: core, path: { cohort_id: cohort } })),
  ]);
  return (
    <section className="stack" aria-labelledby="seats">
      <h2 id="seats">{t("title")}</h2>
      {seats.problem && <ProblemState problem={seats.problem} />}
      {seats.data?.pools.length === 0 && <p>{t("none")}</p>}
      {seats.data && seats.data.pools.length > 0 && (
        <table className="tbl nums">
          <caption>
            {t("caption", { moment: when.moment(new Date()), zone: when.zoneName() })}
          </caption>
          <HeadRow
            heads={[
              { text: t("kind") },
              { text: t("all"), isRight: true },
              { text: t("free"), isRight: true },
              { text: t("code"), isRight: true },
            ]}
          />
          <tbody>
            {seats.data.pools.map((pool) => (
              <SeatsRow key={pool.kind} pool={pool} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

async function SeatsRow({ pool }: { pool: PoolSeats }) {
  const [t, all] = [await getTranslations("cohorts.seats"), await getTranslations("cohorts")];
  const locale = await getLocale();
  const prices = pool.prices.map(({ amount, currency }) => moneyText(amount, currency, locale));
  return (
    <tr>
      <th scope="row">
        {all(`kind.${pool.kind}`)}
        {prices.length > 0 && <span className="meta"> {prices.join(", ")}</span>}
      </th>
      <td className="r" data-l={t("all")}>
        {pool.size}
      </td>
      <td className="r" data-l={t("free")}>
        <strong>{pool.free}</strong>
      </td>
      <td className="r" data-l={t("code")}>
        {pool.needs_code ? t("needsCode") : t("noCode")}
      </td>
    </tr>
  );
}
