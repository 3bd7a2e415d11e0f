import { getTranslations } from "next-intl/server";

const COMMAND = "python -m core.manage verify_report FILE";

/** How whoever operates the server proves what a report says. */
export async function Verification() {
  const t = await getTranslations("sponsor.verify");
  return (
    <section className="stack tight" aria-labelledby="verify">
      <h2 id="verify">{t("heading")}</h2>
      <p>{t("what")}</p>
      <p>{t("how")}</p>
      <p>
        <code>{COMMAND}</code>
      </p>
    </section>
  );
}
