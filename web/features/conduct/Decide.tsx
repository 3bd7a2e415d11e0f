import { getTranslations } from "next-intl/server";
import type { QueuedReportDetail, ReportAction } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ApiForm } from "@/features/actions/ApiForm";
import { SelectField } from "@/features/actions/fields";
import { OUTCOMES } from "./states";

interface Properties {
  report: QueuedReportDetail;
}

/** What can be decided about a report in its state. */
export async function Decide({ report }: Properties) {
  const t = await getTranslations("conduct");
  const { id, state } = report;
  return (
    <section className="card now stack" aria-labelledby="decide">
      <h2 id="decide">{t("decide")}</h2>
      <p>{t(`following.${state}`)}</p>
      {state === "in_review" && <Resolve report={report} />}
      <div className="acts">
        {state === "open" && <Act id={id} action="take" className="btn next" />}
        {(state === "open" || state === "in_review") && (
          <Act id={id} action="dismiss" className="btn quiet" />
        )}
        {(state === "resolved" || state === "dismissed") && (
          <Act id={id} action="reopen" className="btn" />
        )}
      </div>
    </section>
  );
}

async function Resolve({ report }: Properties) {
  const t = await getTranslations("conduct");
  return (
    <ApiForm
      path={`/conduct/queue/${report.id}/transitions/`}
      shape={{ outcome: "optional" }}
      fixed={{ action: "resolve" }}
      about={{ outcome_missing: "outcome" }}
      submit={t("actions.resolve")}
      className="btn next"
      hasKey={false}
    >
      <SelectField
        id="outcome"
        name="outcome"
        label={t("outcome")}
        hint={t("outcomeHint")}
        options={[
          { value: "", label: t("choose") },
          ...OUTCOMES.map((value) => ({ value, label: t(`outcomes.${value}`) })),
        ]}
      />
    </ApiForm>
  );
}

interface ActProperties {
  id: string;
  action: Exclude<ReportAction, "resolve">;
  className: string;
}

async function Act({ id, action, className }: ActProperties) {
  const t = await getTranslations("conduct");
  const question = action !== "take" && {
    title: t(`questions.${action}.title`),
    text: t(`questions.${action}.text`),
    yes: t(`questions.${action}.yes`),
    no: t("no"),
  };
  return (
    <ActionButton
      path={`/conduct/queue/${id}/transitions/`}
      body={{ action }}
      className={className}
      hasKey={false}
      {...(question && { question })}
    >
      {t(`actions.${action}`)}
    </ActionButton>
  );
}
