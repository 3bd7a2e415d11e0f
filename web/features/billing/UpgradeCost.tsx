import { getLocale, getTranslations } from "next-intl/server";
import { type Currency, type Subscription, subscriptionsPreview } from "@/api/core";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { moneyText } from "./money";

interface Properties {
  subscription: Subscription;
  planId: string;
}

/** What a change to a plan costs now, as the gateway computes it. Nothing is asked for by it. */
export async function UpgradeCost({ subscription, planId }: Properties) {
  const [t, when, locale, { data, problem }] = await Promise.all([
    getTranslations("billing.cost"),
    times(),
    getLocale(),
    load(
      subscriptionsPreview({
        client: core,
        path: { subscription_id: subscription.id },
        query: { plan: planId },
      }),
    ),
  ]);
  if (!data) {
    return <ProblemState problem={problem} />;
  }
  const price = (amount: number) => moneyText(amount, data.currency as Currency, locale);
  return (
    <div className="stack tight" id="cost">
      <p>{t("now", { price: price(data.amount) })}</p>
      {data.lines.length > 0 && (
        <ul className="meta">
          {data.lines.map(({ amount, starts_at, ends_at }) => (
            <li key={`${amount} ${starts_at} ${ends_at}`}>
              {t(amount < 0 ? "credit" : "charge", {
                price: price(Math.abs(amount)),
                from: when.date(starts_at),
                to: when.date(ends_at),
              })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
