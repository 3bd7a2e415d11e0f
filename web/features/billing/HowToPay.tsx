import { getLocale, getTranslations } from "next-intl/server";
import type { Invoice } from "@/api/core";
import { Note } from "@/features/shell/Note";
import { moneyText } from "./money";

/** What is open on an invoice. */
export async function HowToPay({ invoice }: { invoice: Invoice }) {
  const [t, locale] = [await getTranslations("billing.pay"), await getLocale()];
  const price = moneyText(invoice.amount, invoice.currency, locale);
  return (
    <>
      <Note kind="warn" icon="alert" title={t("open", { price })}>
        {invoice.state === "failed" && t("failed")}
      </Note>
      {invoice.gateway === "sandbox" && <SandboxCommand id={invoice.gateway_invoice_id} />}
    </>
  );
}

/** In the sandbox no money moves: the operator of the server pays. */
export async function SandboxCommand({ id }: { id: string }) {
  const t = await getTranslations("billing.pay");
  const command = `python -m core.manage sandbox_payment ${id} paid`;
  return (
    <details>
      <summary>{t("sandbox")}</summary>
      <p>{t("sandboxText")}</p>
      <p>
        <code>{command}</code>
      </p>
    </details>
  );
}
