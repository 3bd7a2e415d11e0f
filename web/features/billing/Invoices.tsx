import { getLocale, getTranslations } from "next-intl/server";
import type { InvoiceState, Plan, SponsorInvoice } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { Icon, type IconName } from "@/features/shell/Icon";
import { times } from "@/features/times/times";
import { moneyText } from "./money";

const LOOKS: Record<InvoiceState, { kind: string; icon: IconName | null }> = {
  open: { kind: "info", icon: "clock" },
  failed: { kind: "warn", icon: "alert" },
  paid: { kind: "ok", icon: "check" },
  void: { kind: "", icon: null },
};

interface Properties {
  /** Oldest first. */
  invoices: (SponsorInvoice & { plan?: string })[];
  /** Without them the plans of the invoices are not named. */
  plans?: Plan[];
}

/** The caller's invoices, newest first. */
export async function Invoices({ invoices, plans }: Properties) {
  const t = await getTranslations("billing.invoices");
  return (
    <section className="stack" aria-labelledby="invoices">
      <h2 id="invoices">{t("heading")}</h2>
      {invoices.length === 0 && <p>{t("none")}</p>}
      {invoices.length > 0 && (
        <table className="tbl">
          <HeadRow
            heads={[
              { text: t("period") },
              ...(plans ? [{ text: t("plan") }] : []),
              { text: t("state") },
              { text: t("amount"), isRight: true },
            ]}
          />
          <tbody>
            {invoices.toReversed().map((invoice) => (
              <InvoiceRow key={invoice.id} invoice={invoice} plans={plans} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface RowProperties {
  invoice: Properties["invoices"][number];
  plans: Plan[] | undefined;
}

async function InvoiceRow({ invoice, plans }: RowProperties) {
  const [t, all] = [await getTranslations("billing.invoices"), await getTranslations("billing")];
  const [when, locale] = [await times(), await getLocale()];
  const { kind, icon } = LOOKS[invoice.state];
  return (
    <tr>
      <th scope="row">
        {t("dates", {
          from: when.dayAndMonth(invoice.period_starts_at),
          to: when.date(invoice.period_ends_at),
        })}
      </th>
      {plans && (
        <td data-l={t("plan")}>
          {plans.find(({ id }) => id === invoice.plan)?.title ?? all("otherPlan")}
        </td>
      )}
      <td data-l={t("state")}>
        <span className={`badge ${kind}`.trim()}>
          {icon && <Icon name={icon} />}
          {t(`states.${invoice.state}`)}
        </span>
      </td>
      <td className="r" data-l={t("amount")}>
        {moneyText(invoice.amount, invoice.currency, locale)}
      </td>
    </tr>
  );
}
