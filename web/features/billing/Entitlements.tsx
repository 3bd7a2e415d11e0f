import { getTranslations } from "next-intl/server";
import type { Entitlement, Plan } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { times } from "@/features/times/times";
import { FeatureText } from "./FeatureText";

interface Properties {
  entitlements: Entitlement[];
  plans: Plan[];
}

/** What is open to the learner, from which source and until when. */
export async function Entitlements({ entitlements, plans }: Properties) {
  const [t, when] = [await getTranslations("billing.entitlements"), await times()];
  const everybody = plans
    .filter(({ is_default }) => is_default)
    .flatMap(({ features }) => features);
  if (entitlements.length + everybody.length === 0) {
    return null;
  }
  const until = (one: Entitlement) => {
    if (Date.parse(one.starts_at) > Date.now()) {
      return t("from", { date: when.date(one.starts_at) });
    }
    return one.ends_at ? when.date(one.ends_at) : t("noEnd");
  };
  return (
    <section className="stack" aria-labelledby="entitlements">
      <h2 id="entitlements">{t("heading")}</h2>
      <table className="tbl">
        <HeadRow heads={[{ text: t("what") }, { text: t("source") }, { text: t("until") }]} />
        <tbody>
          {everybody.map(({ feature, limit }) => (
            <tr key={feature}>
              <th scope="row">
                <FeatureText feature={feature} limit={limit} />
              </th>
              <td data-l={t("source")}>{t("sources.everybody")}</td>
              <td data-l={t("until")}>{t("noEnd")}</td>
            </tr>
          ))}
          {entitlements.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <FeatureText feature={one.feature} limit={one.limit} />
              </th>
              <td data-l={t("source")}>{t(`sources.${one.source}`)}</td>
              <td data-l={t("until")}>{until(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
