import { getTranslations } from "next-intl/server";
import type { Plan, PlanPrice, Subscription } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { times } from "@/features/times/times";
import { GATEWAYS } from "./subscriptions";

interface Properties {
  plan: Plan;
  /** Of the plan that the learner has. */
  ownRank: number | undefined;
  live: Subscription | undefined;
  hasTrial: boolean;
  price: PlanPrice;
  /** Of the price, with the interval. */
  text: string;
}

/** Subscribes to a plan, or changes to it; says before what follows. */
export async function PlanButton({ plan, ownRank, live, hasTrial, price, text }: Properties) {
  const t = await getTranslations("billing.choose");
  const asked = { plan: plan.title, price: text };
  const no = t("no");
  if (!live) {
    const ways = GATEWAYS.filter((gateway) => price.gateways.includes(gateway));
    return (
      <div className="acts">
        {ways.length === 0 && <p>{t("noWay")}</p>}
        {ways.map((gateway) => (
          <ActionButton
            key={gateway}
            path="/subscriptions/"
            body={{ plan: plan.id, currency: price.currency, gateway }}
            question={{
              title: t("title", asked),
              text: hasTrial ? t("trial", { ...asked, days: plan.trial_days }) : t("text", asked),
              yes: t("yes"),
              no,
            }}
          >
            {ways.length === 1 ? t("button", asked) : t(`with.${gateway}`, asked)}
          </ActionButton>
        ))}
      </div>
    );
  }
  const isStay = live.plan === plan.id;
  if ((isStay && !live.next_plan) || !["trialing", "active"].includes(live.state)) {
    return null;
  }
  return (
    <ActionButton
      path={`/subscriptions/${live.id}/change-plan/`}
      body={{ plan: plan.id }}
      hasKey={false}
      done={t("done")}
      question={{
        title: isStay ? t("stay", asked) : t("changeTitle", asked),
        text: await consequence(plan, ownRank, live, asked),
        yes: isStay ? t("stay", asked) : t("changeYes"),
        no,
      }}
    >
      {isStay ? t("stay", asked) : t("change", asked)}
    </ActionButton>
  );
}

async function consequence(
  plan: Plan,
  ownRank: number | undefined,
  live: Subscription,
  asked: { plan: string; price: string },
): Promise<string> {
  const [t, when] = [await getTranslations("billing.choose"), await times()];
  if (live.plan === plan.id) {
    return t("stayText", asked);
  }
  if (live.is_trial) {
    return t("atOnce", asked);
  }
  return ownRank !== undefined && plan.rank > ownRank
    ? t("oncePaid", asked)
    : t("later", { ...asked, date: live.period_ends_at ? when.date(live.period_ends_at) : "" });
}
