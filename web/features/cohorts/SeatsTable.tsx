import { getTranslations } from "next-intl/server";
import { cohortsListPools } from "@/api/core";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, got } from "@/server/caller";

/** The seats of a cohort, and how many are free now. */
export async function SeatsTable({ cohort }: { cohort: string }) {
  const [t, when, seats] = await Promise.all([
    getTranslations("cohorts.seats"),
    times(),
    got(cohortsListPools({ client: core, path: { cohort_id: cohort } })),
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
          <thead>
            <tr>
              <th scope="col">{t("kind")}</th>
              <th scope="col" className="r">
                {t("all")}
              </th>
              <th scope="col" className="r">
                {t("free")}
              </th>
              <th scope="col" className="r">
                {t("code")}
              </th>
            </tr>
          </thead>
          <tbody>
            {seats.data.pools.map(({ kind, size, free, needs_code }) => (
              <tr key={kind}>
                <th scope="row">
                  <PoolName kind={kind} />
                </th>
                <td className="r" data-l={t("all")}>
                  {size}
                </td>
                <td className="r" data-l={t("free")}>
                  <strong>{free}</strong>
                </td>
                <td className="r" data-l={t("code")}>
                  {needs_code ? t("needsCode") : t("noCode")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

async function PoolName({ kind }: { kind: "paid" | "scholarship" | "sponsored" }) {
  return (await getTranslations("cohorts"))(`kind.${kind}`);
}
