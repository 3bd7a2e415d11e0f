import { getTranslations } from "next-intl/server";
import { cache } from "react";
import { type Cohort, cohortsList, type Enrolment } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ApiForm } from "@/features/actions/ApiForm";
import { SelectField, TextField } from "@/features/actions/fields";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { EnrolmentBadge } from "./Badges";
import { POOL_KINDS } from "./pools";

const OVER = ["withdrawn", "expired", "completed"];

/** Once for all rows of a page. */
const allCohorts = cache(() => load(cohortsList({ client: core, query: { page_size: 100 } })));

interface Properties {
  enrolment: Enrolment;
  cohort: Cohort;
  name: string;
}

/** An enrolment, and what staff may decide about it. */
export async function StaffEnrolment({ enrolment, cohort, name }: Properties) {
  const [t, all, when] = await Promise.all([
    getTranslations("cohorts.staff"),
    getTranslations("cohorts"),
    times(),
  ]);
  const { state, pool, accepted_pools, expires_at, created_at } = enrolment;
  const facts = [
    t("since", { date: when.day(created_at) }),
    pool
      ? t("seat", { pool: all(`kind.${pool}`) })
      : t("takes", { pools: accepted_pools.map((one) => all(`kind.${one}`)).join(", ") }),
    expires_at && t("until", { moment: when.moment(expires_at) }),
  ];
  return (
    <>
      <div className="row apart">
        <h3>{name}</h3>
        <EnrolmentBadge state={state} isStaff />
      </div>
      <p className="meta">{facts.filter(Boolean).join(", ")}</p>
      {!OVER.includes(state) && (
        <details>
          <summary>
            {t("acts")}
            <span className="hide">: {name}</span>
          </summary>
          <Decisions enrolment={enrolment} cohort={cohort} name={name} />
        </details>
      )}
    </>
  );
}

async function Decisions({ enrolment, cohort, name }: Properties) {
  const t = await getTranslations("cohorts.staff");
  const path = `/enrolments/${enrolment.id}`;
  return (
    <div className="stack">
      {enrolment.state === "pending_payment" && <Payment id={enrolment.id} />}
      <div className="acts">
        {enrolment.state === "active" && (
          <ActionButton path={`${path}/suspend/`} hasKey={false}>
            {t("suspend")}
          </ActionButton>
        )}
        {enrolment.state === "suspended" && (
          <ActionButton path={`${path}/resume/`} hasKey={false}>
            {t("resume")}
          </ActionButton>
        )}
        <ActionButton
          path={`${path}/withdraw/`}
          className="btn bad"
          hasKey={false}
          question={{
            title: t("withdrawQuestion", { name }),
            text: t("withdrawText", { name }),
            yes: t("withdrawYes"),
            no: t("no"),
          }}
        >
          {t("withdraw")}
        </ActionButton>
      </div>
      {enrolment.state === "active" && <Transfer enrolment={enrolment} cohort={cohort} />}
    </div>
  );
}

async function Payment({ id }: { id: string }) {
  const t = await getTranslations("cohorts.staff");
  return (
    <ApiForm
      path={`/enrolments/${id}/confirm-payment/`}
      shape={{ reference: "text" }}
      submit={t("confirm")}
      hasKey={false}
    >
      <TextField id={`reference-${id}`} name="reference" label={t("reference")} maxLength={120} />
    </ApiForm>
  );
}

async function Transfer({ enrolment, cohort }: Omit<Properties, "name">) {
  const [t, all, cohorts] = await Promise.all([
    getTranslations("cohorts.staff"),
    getTranslations("cohorts"),
    allCohorts(),
  ]);
  const others = (cohorts.data?.results ?? []).filter(
    ({ id, state }) => id !== cohort.id && ["open", "running"].includes(state),
  );
  if (others.length === 0) {
    return null;
  }
  return (
    <ApiForm
      path={`/enrolments/${enrolment.id}/transfer/`}
      shape={{ cohort: "text", pool: "text" }}
      submit={t("transferSubmit")}
    >
      <p>
        <strong>{t("transfer")}</strong>
      </p>
      <SelectField
        id={`cohort-${enrolment.id}`}
        name="cohort"
        label={t("cohort")}
        options={others.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <SelectField
        id={`pool-${enrolment.id}`}
        name="pool"
        label={t("pool")}
        options={POOL_KINDS.map((value) => ({ value, label: all(`kind.${value}`) }))}
      />
    </ApiForm>
  );
}
