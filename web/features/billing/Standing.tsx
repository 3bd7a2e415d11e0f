import { getTranslations } from "next-intl/server";
import type { Invoice, Plan, Subscription, SubscriptionState } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { Icon, type IconName } from "@/features/shell/Icon";
import { times } from "@/features/times/times";
import type { Query } from "@/server/pages";
import { HowToPay } from "./HowToPay";
import { Pay } from "./Pay";
import { daysUntil } from "./subscriptions";

const LOOKS: Record<SubscriptionState, { kind: string; icon: IconName }> = {
  incomplete: { kind: "info", icon: "clock" },
  trialing: { kind: "ok", icon: "check" },
  active: { kind: "ok", icon: "check" },
  past_due: { kind: "warn", icon: "alert" },
  cancelled: { kind: "info", icon: "clock" },
  expired: { kind: "", icon: "lock" },
};

interface Properties {
  subscription: Subscription | undefined;
  plans: Plan[];
  /** Those of the subscription that wait for a payment. */
  unpaid: Invoice[];
  query: Query;
}

/** How the caller's subscription stands, in words, and what they can do with it. */
export async function Standing({ subscription, plans, unpaid, query }: Properties) {
  const t = await getTranslations("billing");
  const free = plans.find(({ is_default }) => is_default);
  return (
    <section className="card stack" aria-labelledby="standing">
      <h2 id="standing">{t("standing.heading")}</h2>
      {subscription && <State subscription={subscription} plans={plans} />}
      {!subscription && (
        <p>{free ? t("standing.free", { plan: free.title }) : t("standing.none")}</p>
      )}
      {unpaid.map((invoice) => (
        <HowToPay key={invoice.id} invoice={invoice} />
      ))}
      {subscription && <Pay subscription={subscription} unpaid={unpaid} query={query} />}
      {subscription && <Buttons subscription={subscription} />}
    </section>
  );
}

async function State({ subscription, plans }: { subscription: Subscription; plans: Plan[] }) {
  const [t, when] = [await getTranslations("billing"), await times()];
  const { state, next_plan, period_ends_at, grace_ends_at } = subscription;
  const titleOf = (id: string | null) =>
    plans.find((plan) => plan.id === id)?.title ?? t("otherPlan");
  const end = state === "past_due" ? grace_ends_at : period_ends_at;
  const { kind, icon } = LOOKS[state];
  return (
    <>
      <p className="row">
        <strong>{titleOf(subscription.plan)}</strong>
        <span className={`badge ${kind}`.trim()}>
          <Icon name={icon} />
          {t(`states.${state}`)}
        </span>
      </p>
      <p>
        {t(`standing.${state}`, {
          date: end ? when.date(end) : "",
          days: end ? daysUntil(end, Date.now()) : 0,
        })}
      </p>
      {next_plan && period_ends_at && (
        <p>{t("standing.next", { plan: titleOf(next_plan), date: when.date(period_ends_at) })}</p>
      )}
    </>
  );
}

async function Buttons({ subscription }: { subscription: Subscription }) {
  const [t, when] = [await getTranslations("billing"), await times()];
  const { id, state, period_ends_at } = subscription;
  if (state === "cancelled") {
    return (
      <ActionButton path={`/subscriptions/${id}/resume/`} hasKey={false}>
        {t("resume")}
      </ActionButton>
    );
  }
  if (state === "expired") {
    return null;
  }
  const isOpen = state === "trialing" || state === "active";
  return (
    <ActionButton
      path={`/subscriptions/${id}/cancel/`}
      hasKey={false}
      question={{
        title: t("cancel.title"),
        text:
          isOpen && period_ends_at
            ? t("cancel.later", { date: when.date(period_ends_at) })
            : t("cancel.now"),
        yes: t("cancel.yes"),
        no: t("cancel.no"),
      }}
    >
      {t("cancel.button")}
    </ActionButton>
  );
}
