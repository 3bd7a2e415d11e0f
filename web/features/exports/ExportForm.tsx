import { getTranslations } from "next-intl/server";
import { ApiForm } from "@/features/actions/ApiForm";
import { Choice, SelectField } from "@/features/actions/fields";
import type { Tables } from "./kinds";

const SHAPE = { kind: "text", format: "text", byte_order_mark: "checked" } as const;

/** Asks for a table as a file. */
export async function ExportForm({
  tables: { name, kinds, formats },
  cohort,
}: {
  tables: Tables;
  cohort: string | undefined;
}) {
  const t = await getTranslations("exports");
  return (
    <section className="card" aria-labelledby={name}>
      <h2 id={name}>{t(`groups.${name}`)}</h2>
      <ApiForm
        path="/exports/"
        shape={SHAPE}
        {...(cohort && { fixed: { cohort } })}
        submit={t("make")}
        className="btn next"
        done={t("made")}
        keeps
      >
        <SelectField
          id={`${name}-kind`}
          name="kind"
          label={t("table")}
          options={kinds.map((value) => ({ value, label: t(`kinds.${value}`) }))}
        />
        <SelectField
          id={`${name}-format`}
          name="format"
          label={t("format")}
          options={formats.map((value) => ({ value, label: t(`formats.${value}`) }))}
        />
        <Choice name="byte_order_mark" label={t("mark")} hint={t("markHint")} />
      </ApiForm>
    </section>
  );
}
