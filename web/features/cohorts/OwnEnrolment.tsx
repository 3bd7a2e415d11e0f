import { getTranslations } from "next-intl/server";
import {
  type Enrolment,
  type EnrolmentDetail,
  enrolmentsRead,
  type ListMovement,
} from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import type { Question } from "@/features/actions/QuestionDialog";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import type { Query } from "@/server/pages";
import { PaySeat, SeatPayments } from "./PaySeat";

/** Where the learner stands in a cohort, and what comes next. */
export async function OwnEnrolment({ enrolment, query }: { enrolment: Enrolment; query: Query }) {
  const path = { enrolment_id: enrolment.id };
  const { data, problem } = await load(enrolmentsRead({ client: core, path }));
  if (problem) {
    return <ProblemState problem={problem} />;
  }
  const parts = {
    applied: Waiting,
    offered: Offered,
    pending_payment: PaymentDue,
    active: Active,
    suspended: Suspended,
    completed: Completed,
    withdrawn: Ended,
    expired: Ended,
  };
  const Part = parts[data.state];
  return (
    <section className="card now stack" aria-labelledby="own">
      <Part enrolment={data} query={query} />
      <SeatPayments payments={data.payments} />
    </section>
  );
}

interface Part {
  enrolment: EnrolmentDetail;
  query: Query;
}

async function poolNames(pools: EnrolmentDetail["accepted_pools"]): Promise<string> {
  const t = await getTranslations("cohorts");
  return pools.map((kind) => t(`kind.${kind}`)).join(", ");
}

/** By how many places the lists of earlier cohorts moved, or that it is not known. */
async function movedText({ cohorts, least, most }: ListMovement): Promise<string> {
  const t = await getTranslations("cohorts.own");
  if (least === null || most === null) {
    return t("movedUnknown", { cohorts });
  }
  return least === most ? t("movedSame", { cohorts, most }) : t("moved", { cohorts, least, most });
}

async function Waiting({ enrolment }: Part) {
  const t = await getTranslations("cohorts.own");
  const { waiting_reason, place, list_movement } = enrolment;
  return (
    <>
      <h2 id="own">{place === null ? t("waits") : t("waitTitle", { place })}</h2>
      <p>
        {list_movement && (await movedText(list_movement))} {t("noPromise")}
      </p>
      <p>
        {t("waitPools", { pools: await poolNames(enrolment.accepted_pools) })} {t("waitHow")}
      </p>
      {waiting_reason && <p className="why">{t(`reason.${waiting_reason}`)}</p>}
      <Act enrolment={enrolment} action="withdraw" question="leave" label={t("leave")} />
    </>
  );
}

async function Offered({ enrolment }: Part) {
  const [t, when] = [await getTranslations("cohorts.own"), await times()];
  const { expires_at, pool } = enrolment;
  return (
    <>
      <h2 id="own">{t("offerTitle", { moment: expires_at ? when.moment(expires_at) : "" })}</h2>
      <p>{t("offerText", { pool: await poolNames(pool ? [pool] : []) })}</p>
      <div className="acts">
        <Act enrolment={enrolment} action="accept" label={t("accept")} className="btn next" />
        <Act enrolment={enrolment} action="decline" question="decline" label={t("decline")} />
      </div>
    </>
  );
}

async function PaymentDue({ enrolment, query }: Part) {
  const [t, when] = [await getTranslations("cohorts.own"), await times()];
  const { expires_at } = enrolment;
  return (
    <>
      <h2 id="own">{t("payTitle", { moment: expires_at ? when.moment(expires_at) : "" })}</h2>
      <p>{t("payText")}</p>
      <PaySeat enrolment={enrolment} query={query} />
      <Act enrolment={enrolment} action="withdraw" question="withdraw" label={t("withdraw")} />
    </>
  );
}

async function Active({ enrolment }: Part) {
  const t = await getTranslations("cohorts.own");
  const { required_done: done, required_total: total } = enrolment;
  return (
    <>
      <h2 id="own">{t("activeTitle")}</h2>
      <p>{done === null ? t("progressUnknown", { total }) : t("progress", { done, total })}</p>
      <Act enrolment={enrolment} action="withdraw" question="withdraw" label={t("withdraw")} />
    </>
  );
}

async function Suspended({ enrolment }: Part) {
  const t = await getTranslations("cohorts.own");
  return (
    <>
      <h2 id="own">{t("suspendedTitle")}</h2>
      <p>{t("suspendedText")}</p>
      <Act enrolment={enrolment} action="withdraw" question="withdraw" label={t("withdraw")} />
    </>
  );
}

async function Completed() {
  const t = await getTranslations("cohorts.own");
  return (
    <>
      <h2 id="own">{t("completedTitle")}</h2>
      <a className="btn next" href="/certificates">
        {t("certificates")}
      </a>
    </>
  );
}

async function Ended() {
  const t = await getTranslations("cohorts.own");
  return (
    <>
      <h2 id="own">{t("endTitle")}</h2>
      <p>{t("endText")}</p>
    </>
  );
}

interface ActProperties extends Omit<Part, "query"> {
  action: "accept" | "decline" | "withdraw";
  label: string;
  className?: string;
  question?: "leave" | "decline" | "withdraw";
}

async function Act({ enrolment, action, label, className, question }: ActProperties) {
  const t = await getTranslations("cohorts.own");
  const asked: Question | undefined = question && {
    title: t(`${question}Question`),
    text: t(`${question}Text`),
    yes: t(`${question}Yes`),
    no: t("no"),
  };
  return (
    <ActionButton
      path={`/enrolments/${enrolment.id}/${action}/`}
      className={className ?? "btn quiet"}
      hasKey={false}
      {...(asked ? { question: asked } : {})}
    >
      {label}
    </ActionButton>
  );
}
