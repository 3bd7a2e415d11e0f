import { getLocale, getTranslations } from "next-intl/server";
import type { Currency, Plan, Subscription } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { SelectField } from "@/features/texts/SelectField";
import { FeatureText } from "./FeatureText";
import { moneyText } from "./money";
import { PlanButton } from "./PlanButton";
import { UpgradeCost } from "./UpgradeCost";

interface Properties {
  plans: Plan[];
  subscription: Subscription | undefined;
  /** Whether a first subscription begins with the plan's trial. */
  isFirst: boolean;
  /** What the learner looks at prices in. */
  currency: Currency | undefined;
  /** The id of the plan of which they want to know what a change costs now. */
  previewed: string | undefined;
}

/** The currencies in which some plan has a price. */
export function currenciesOf(plans: Plan[]): Currency[] {
  const all = plans.flatMap(({ prices }) => prices.map(({ currency }) => currency));
  return [...new Set(all)].sort();
}

/** The plans on offer, with what each costs and opens. */
export async function Plans({ plans, subscription, isFirst, currency, previewed }: Properties) {
  const t = await getTranslations("billing.plans");
  const live = subscription?.state === "expired" ? undefined : subscription;
  return (
    <section className="stack" aria-labelledby="plans">
      <h2 id="plans">{t("heading")}</h2>
      {!live && <CurrencyForm currencies={currenciesOf(plans)} currency={currency} />}
      <ul className="list">
        {plans.map((plan) => (
          <PlanItem
            key={plan.id}
            plan={plan}
            plans={plans}
            live={live}
            isFirst={isFirst}
            currency={live?.currency ?? currency}
            previewed={previewed}
          />
        ))}
      </ul>
    </section>
  );
}

async function CurrencyForm({
  currencies,
  currency,
}: {
  currencies: Currency[];
  currency: Currency | undefined;
}) {
  const t = await getTranslations("billing.plans");
  if (currencies.length < 2) {
    return null;
  }
  return (
    <form className="two ends stack" action="/settings/billing">
      <SelectField
        name="currency"
        label={t("currency")}
        value={currency}
        options={currencies.map((value) => ({ value, text: value }))}
      />
      <div className="acts">
        <button type="submit" className="btn">
          {t("showPrices")}
        </button>
      </div>
    </form>
  );
}

interface ItemProperties extends Omit<Properties, "subscription"> {
  plan: Plan;
  live: Subscription | undefined;
}

async function PlanItem({ plan, plans, live, isFirst, currency, previewed }: ItemProperties) {
  const [t, locale] = [await getTranslations("billing.plans"), await getLocale()];
  const price = plan.prices.find((one) => one.currency === currency);
  const text = price && moneyText(price.amount, price.currency, locale);
  const ownRank = plans.find(({ id }) => id === live?.plan)?.rank;
  const isUpgrade = live?.state === "active" && ownRank !== undefined && plan.rank > ownRank;
  const isOwn = live ? live.plan === plan.id : plan.is_default;
  return (
    <li className="stack tight">
      <div className="row apart">
        <h3>{plan.title}</h3>
        {isOwn && (
          <span className="badge ok">
            <Icon name="check" />
            {t("own")}
          </span>
        )}
      </div>
      <p>
        {plan.is_default && t("default")}
        {!plan.is_default && (text ? t(plan.interval, { price: text }) : t("noPrice"))}
      </p>
      <ul>
        {plan.features.map(({ feature, limit }) => (
          <li key={feature}>
            <FeatureText feature={feature} limit={limit} />
          </li>
        ))}
      </ul>
      {isFirst && plan.trial_days > 0 && (
        <p className="meta">{t("trial", { days: plan.trial_days })}</p>
      )}
      {price && isUpgrade && previewed === plan.id && (
        <UpgradeCost subscription={live} planId={plan.id} />
      )}
      {price && isUpgrade && previewed !== plan.id && (
        <p>
          <a href={`/settings/billing?cost=${plan.id}#cost`}>{t("cost", { plan: plan.title })}</a>
        </p>
      )}
      {price && text && (
        <PlanButton
          plan={plan}
          ownRank={ownRank}
          live={live}
          hasTrial={isFirst && plan.trial_days > 0}
          text={t(plan.interval, { price: text })}
          price={price}
        />
      )}
    </li>
  );
}
