import { getTranslations } from "next-intl/server";
import type { CohortState, EnrolmentState } from "@/api/core";
import { Icon, type IconName } from "@/features/shell/Icon";

const COHORT: Record<CohortState, string> = { draft: "", open: "ok", running: "info", closed: "" };
const ENROLMENT: Record<EnrolmentState, { icon: IconName; kind: string }> = {
  applied: { icon: "clock", kind: "info" },
  offered: { icon: "alert", kind: "warn" },
  pending_payment: { icon: "alert", kind: "warn" },
  active: { icon: "check", kind: "ok" },
  suspended: { icon: "clock", kind: "" },
  withdrawn: { icon: "lock", kind: "" },
  completed: { icon: "check", kind: "ok" },
  expired: { icon: "clock", kind: "" },
};

export async function CohortBadge({ state }: { state: CohortState }) {
  const t = await getTranslations("cohorts");
  return <span className={`badge ${COHORT[state]}`}>{t(`state.${state}`)}</span>;
}

/** In words for the learner, or for staff. */
export async function EnrolmentBadge({
  state,
  isStaff,
}: {
  state: EnrolmentState;
  isStaff: boolean;
}) {
  const t = await getTranslations("cohorts");
  const { icon, kind } = ENROLMENT[state];
  return (
    <span className={`badge ${kind}`}>
      <Icon name={icon} /> {isStaff ? t(`staff.states.${state}`) : t(`enrolment.${state}`)}
    </span>
  );
}
