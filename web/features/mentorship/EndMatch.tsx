import { getTranslations } from "next-intl/server";
import { ApiForm } from "@/features/actions/ApiForm";
import { SelectField } from "@/features/actions/fields";

const REASONS = ["completed", "no_fit", "inactive", "stopped"] as const;

/** Ends a match, with a reason. */
export async function EndMatch({ match, to }: { match: string; to: string }) {
  const t = await getTranslations("mentorship.find");
  return (
    <details>
      <summary>{t("end")}</summary>
      <div className="stack">
        <p>{t("endText")}</p>
        <ApiForm
          path={`/mentorship/matches/${match}/end/`}
          shape={{ reason: "text" }}
          submit={t("endSubmit")}
          className="btn bad"
          to={to}
          hasKey={false}
        >
          <SelectField
            id={`reason-${match}`}
            name="reason"
            label={t("reason")}
            options={REASONS.map((value) => ({ value, label: t(`reasons.${value}`) }))}
          />
        </ApiForm>
      </div>
    </details>
  );
}
