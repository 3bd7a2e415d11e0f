import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { Entitlement, Invoice, Plan, Subscription } from "@/api/core";
import { Entitlements } from "@/features/billing/Entitlements";
import { Invoices } from "@/features/billing/Invoices";
import { currenciesOf, Plans } from "@/features/billing/Plans";
import {
  type Loaded,
  ownEntitlements,
  ownInvoices,
  ownSubscriptions,
  plans,
} from "@/features/billing/read";
import { Standing } from "@/features/billing/Standing";
import { currentOf, unended } from "@/features/billing/subscriptions";
import { oneOf } from "@/features/learn/vocabulary";
import { Tabs } from "@/features/settings/Tabs";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { me } from "@/server/me";
import { type Query, queryText } from "@/server/pages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("billing"))("title") };
}

/** What the learner has and pays for, and what more there is. */
export default async function Page({ searchParams }: { searchParams: Promise<Query> }) {
  const [t, user, query] = [await getTranslations("billing"), await me(), await searchParams];
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("lead")}</p>
      </div>
      <Tabs current="billing" />
      {user.role === "learner" ? (
        <Billing query={query} />
      ) : (
        <State icon="people" title={t("learnersOnly.title")}>
          <p>{t("learnersOnly.text")}</p>
        </State>
      )}
    </>
  );
}

async function Billing({ query }: { query: Query }) {
  const [offered, subscribed, invoices, entitlements] = await Promise.all([
    plans(),
    ownSubscriptions(),
    ownInvoices(),
    ownEntitlements(),
  ]);
  if (!offered.data || !subscribed.data) {
    const problem = offered.problem ?? subscribed.problem;
    return problem && <ProblemState problem={problem} />;
  }
  return (
    <div className="cols wide-aside stack wide top-gap">
      <Own
        plans={offered.data.results}
        subscriptions={subscribed.data.results}
        invoices={invoices}
        query={query}
      />
      <Open entitlements={entitlements} plans={offered.data.results} />
    </div>
  );
}

interface OwnProperties {
  plans: Plan[];
  subscriptions: Subscription[];
  invoices: Loaded<Invoice>;
  query: Query;
}

async function Own({ plans, subscriptions, invoices, query }: OwnProperties) {
  const subscription = currentOf(subscriptions);
  const all = invoices.data?.results ?? [];
  const currencies = currenciesOf(plans);
  return (
    <div className="stack wide">
      <Standing
        subscription={subscription}
        plans={plans}
        unpaid={all.filter(
          (one) => one.subscription === subscription?.id && ["open", "failed"].includes(one.state),
        )}
        query={query}
      />
      <Plans
        plans={plans}
        subscription={subscription}
        isFirst={subscriptions.length === 0}
        previewed={queryText(query, "cost")}
        currency={
          oneOf(queryText(query, "currency"), currencies) ?? subscription?.currency ?? currencies[0]
        }
      />
      {invoices.problem && <ProblemState problem={invoices.problem} />}
      {invoices.data && <Invoices invoices={all} plans={plans} />}
    </div>
  );
}

function Open({ entitlements, plans }: { entitlements: Loaded<Entitlement>; plans: Plan[] }) {
  return entitlements.data ? (
    <Entitlements entitlements={unended(entitlements.data.results, Date.now())} plans={plans} />
  ) : (
    <ProblemState problem={entitlements.problem} />
  );
}
