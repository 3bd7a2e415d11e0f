import { getFormatter, getTranslations } from "next-intl/server";
import { usersMeGuardian } from "@/api/core";
import { Field } from "@/features/forms/Field";
import { ServerForm } from "@/features/forms/ServerForm";
import { core, load } from "@/server/caller";
import type { Query } from "@/server/pages";
import { formQuery } from "./formQuery";

/** For minors, and for those whose year of birth is missing; nothing for others. */
export async function GuardianCard({ query }: { query: Query }) {
  const [t, format] = [await getTranslations("settings.guardian"), await getFormatter()];
  const { data } = await load(usersMeGuardian({ client: core }));
  if (!data || !(data.is_minor || data.is_birth_year_missing)) {
    return null;
  }
  const from = data.adult_from ? new Date(data.adult_from) : null;
  const date = from ? format.dateTime(from, { dateStyle: "long", timeZone: "UTC" }) : "";
  return (
    <section className="card" aria-labelledby="guardian">
      <h2 id="guardian">{t("heading")}</h2>
      {data.is_birth_year_missing && (
        <>
          <p>{t("birthYearText")}</p>
          <ServerForm name="birth-year" query={formQuery(query, "birth-year")}>
            <Field
              name="birth_year"
              label={t("birthYear")}
              inputMode="numeric"
              maxLength={4}
              autoComplete="bday-year"
            />
            <button type="submit" className="btn">
              {t("birthYearSave")}
            </button>
          </ServerForm>
        </>
      )}
      {data.is_given && <p>{t("given", { date })}</p>}
      {data.is_minor && !data.is_given && (
        <>
          <p>{data.is_asked ? t("asked") : t("missing")}</p>
          <ServerForm name="guardian" query={formQuery(query, "guardian")}>
            <Field name="email" label={t("email")} type="email" inputMode="email" />
            <button type="submit" className="btn">
              {t("ask")}
            </button>
          </ServerForm>
        </>
      )}
    </section>
  );
}
