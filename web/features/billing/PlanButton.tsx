import { getTranslations } from "next-intl/server";
import type { Currency, Plan, Subscription } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { times } from "@/features/times/times";

interface Properties {
  plan: Plan;
  /** Of the plan that the learner has. */
  ownRank: number | undefined;
  live: Subscription | undefined;
  hasTrial: boolean;
  /** With the interval. */
  price: string;
  currency: Currency;
}

/** Subscribes to a plan, or changes to it; says before what follows. */
export async function PlanButton({ plan, ownRank, live, hasTrial, price, currency }: Properties) {
  const t = await getTranslations("billing.choose");
  const asked = { plan: plan.title, price };
  const no = t("no");
  if (!live) {
    return (
      <ActionButton
        path="/subscriptions/"
        body={{ plan: plan.id, currency }}
        question={{
          title: t("title", asked),
          text: hasTrial ? t("trial", { ...asked, days: plan.trial_days }) : t("text", asked),
          yes: t("yes"),
          no,
        }}
      >
        {t("button", asked)}
      </ActionButton>
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
