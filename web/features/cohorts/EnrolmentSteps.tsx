import { getTranslations } from "next-intl/server";
import type { Cohort, Enrolment, EnrolmentState } from "@/api/core";
import { times } from "@/features/times/times";

/** The step that an enrolment is at; the steps before it are done. */
const STEP: Partial<Record<EnrolmentState, number>> = {
  applied: 1,
  offered: 2,
  pending_payment: 3,
  active: 4,
  suspended: 4,
};

/** The steps from the application to the first day. */
export async function EnrolmentSteps({
  cohort,
  enrolment,
}: {
  cohort: Cohort;
  enrolment: Enrolment | null;
}) {
  const [t, when] = [await getTranslations("cohorts.way"), await times()];
  const here = enrolment ? (STEP[enrolment.state] ?? 0) : 0;
  const steps = [
    {
      title: here > 0 ? t("applied") : t("apply"),
      text: here > 0 && enrolment ? when.day(enrolment.created_at) : "",
    },
    { title: t("wait"), text: "" },
    { title: t("offer"), text: t("offerText") },
    { title: t("accept"), text: "" },
    { title: t("start"), text: when.date(cohort.starts_on) },
  ];
  return (
    <section className="stack" aria-labelledby="way">
      <h2 id="way">{t("title")}</h2>
      <ol className="steps">
        {steps.map(({ title, text }, place) => (
          <li
            key={title}
            className={place < here ? "done" : undefined}
            aria-current={place === here ? "step" : undefined}
          >
            <strong>{title}</strong>
            {text && <p className="meta">{text}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
