import { getTranslations } from "next-intl/server";
import type { Invoice, Subscription } from "@/api/core";
import { ServerForm } from "@/features/forms/ServerForm";
import { type Query, queryText } from "@/server/pages";
import { Paying } from "./Paying";
import { PhoneField } from "./PhoneField";

interface Properties {
  subscription: Subscription;
  /** Invoices that wait for a payment. A gateway with a page of its own makes them there. */
  unpaid: Invoice[];
  query: Query;
}

/** The way to pay what is due. */
export async function Pay({ subscription, unpaid, query }: Properties) {
  const t = await getTranslations("billing");
  const { gateway, state } = subscription;
  if (unpaid.length === 0 && state !== "incomplete" && state !== "past_due") {
    return null;
  }
  if (unpaid.length === 0 && gateway !== "stripe") {
    return <p className="meta">{t("standing.noInvoiceYet")}</p>;
  }
  if (gateway === "sandbox") {
    return null;
  }
  return (
    <>
      <Paying at={queryText(query, "paying")} page="/settings/billing" />
      <PayForm subscription={subscription} query={query} />
    </>
  );
}

/** Asks a phone, or leads to a page of the gateway. */
async function PayForm({ subscription, query }: { subscription: Subscription; query: Query }) {
  const t = await getTranslations("billing.pay");
  const asksPhone = subscription.gateway === "mpesa";
  const wrong =
    queryText(query, "form") === "pay"
      ? { problem: queryText(query, "problem"), field: queryText(query, "field") }
      : {};
  return (
    <ServerForm name="pay" query={wrong}>
      <input type="hidden" name="subscription" value={subscription.id} />
      {asksPhone ? <PhoneField required /> : <p className="meta">{t("pageHint")}</p>}
      <div className="row">
        <button type="submit" className="btn next">
          {asksPhone ? t("askPhone") : t("toPage")}
        </button>
      </div>
    </ServerForm>
  );
}
