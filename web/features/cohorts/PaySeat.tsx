import { getLocale, getTranslations } from "next-intl/server";
import type { EnrolmentDetail, Payment, PaymentState } from "@/api/core";
import { Choice } from "@/features/actions/fields";
import { SandboxCommand } from "@/features/billing/HowToPay";
import { moneyText } from "@/features/billing/money";
import { Paying } from "@/features/billing/Paying";
import { PhoneField } from "@/features/billing/PhoneField";
import { GATEWAYS } from "@/features/billing/subscriptions";
import { ServerForm } from "@/features/forms/ServerForm";
import { Icon, type IconName } from "@/features/shell/Icon";
import { times } from "@/features/times/times";
import { type Query, queryText } from "@/server/pages";

interface Properties {
  enrolment: EnrolmentDetail;
  query: Query;
}

/** What the seat costs, and the ways to pay it here. Without any of them staff confirms payments. */
export async function PaySeat({ enrolment, query }: Properties) {
  const [t, locale] = [await getTranslations("cohorts.pay"), await getLocale()];
  const prices = enrolment.prices.map((one) => ({
    ...one,
    text: moneyText(one.amount, one.currency, locale),
  }));
  const ways = prices.flatMap(({ currency, gateways, text: price }) =>
    GATEWAYS.filter((gateway) => gateways.includes(gateway)).map((gateway) => ({
      value: `${currency}:${gateway}`,
      gateway,
      text: t(`with.${gateway}`, { price }),
    })),
  );
  if (ways.length === 0) {
    return (
      <>
        {prices.length > 0 && (
          <p>{t("costs", { prices: prices.map(({ text }) => text).join(", ") })}</p>
        )}
        <p>{t("byStaff")}</p>
      </>
    );
  }
  const wrong =
    queryText(query, "form") === "pay-seat"
      ? { problem: queryText(query, "problem"), field: queryText(query, "field") }
      : {};
  return (
    <>
      {enrolment.payments.some(({ state }) => state === "open" || state === "paid") && (
        <Paying at={queryText(query, "paying")} page={`/cohorts/${enrolment.cohort}`} />
      )}
      <ServerForm name="pay-seat" query={wrong}>
        <input type="hidden" name="enrolment" value={enrolment.id} />
        <input type="hidden" name="cohort" value={enrolment.cohort} />
        <fieldset className="stack tight">
          <legend>{t("how")}</legend>
          {ways.map(({ value, text }, place) => (
            <Choice
              key={value}
              type="radio"
              name="way"
              value={value}
              label={text}
              defaultChecked={place === 0}
            />
          ))}
        </fieldset>
        {ways.some(({ gateway }) => gateway === "mpesa") && <PhoneField />}
        <p className="meta">{t("text")}</p>
        <div className="row">
          <button type="submit" className="btn next">
            {t("submit")}
          </button>
        </div>
      </ServerForm>
    </>
  );
}

const LOOKS: Record<PaymentState, { kind: string; icon: IconName | null }> = {
  open: { kind: "info", icon: "clock" },
  failed: { kind: "", icon: null },
  paid: { kind: "info", icon: "clock" },
  accepted: { kind: "ok", icon: "check" },
  refund_due: { kind: "warn", icon: "clock" },
  refund_by_hand: { kind: "warn", icon: "clock" },
  refunded: { kind: "", icon: null },
};

/** The payments of a seat that a gateway was asked for, newest first. */
export async function SeatPayments({ payments }: { payments: Payment[] }) {
  const [t, locale, when] = await Promise.all([
    getTranslations("cohorts.pay"),
    getLocale(),
    times(),
  ]);
  if (payments.length === 0) {
    return null;
  }
  return (
    <>
      <h3>{t("payments")}</h3>
      <ul className="list">
        {payments.toReversed().map(({ id, gateway, state, amount, currency, created_at }) => (
          <li key={id} className="stack tight">
            <p className="row apart">
              <span>{moneyText(amount, currency, locale)}</span>
              <span className={`badge ${LOOKS[state].kind}`.trim()}>
                {LOOKS[state].icon && <Icon name={LOOKS[state].icon} />}
                {t(`states.${state}`)}
              </span>
            </p>
            <p className="meta">{when.moment(created_at)}</p>
            {gateway === "sandbox" && state === "open" && <SandboxCommand id={id} />}
          </li>
        ))}
      </ul>
    </>
  );
}
