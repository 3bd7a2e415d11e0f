import { getTranslations } from "next-intl/server";
import { Field } from "@/features/forms/Field";

/** The phone that pays with M-Pesa. */
export async function PhoneField({ required = false }: { required?: boolean }) {
  const t = await getTranslations("billing.pay");
  return (
    <Field
      name="phone"
      type="tel"
      inputMode="tel"
      autoComplete="tel"
      label={t("phone")}
      hint={t("phoneHint")}
      required={required}
    />
  );
}
