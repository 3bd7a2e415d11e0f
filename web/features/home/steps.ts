import type { Action, OverviewProgram } from "@/api/core";

const SOON_MS = 7 * 24 * 3600 * 1000;

/** The one that is due first, if that is within seven days. What is past stays on the list. */
export function dueSoon(actions: Action[], now: number): Action | null {
  const soon = actions.find(({ due_at }) => {
    const ahead = due_at === null ? Number.NaN : Date.parse(due_at) - now;
    return ahead >= 0 && ahead <= SOON_MS;
  });
  return soon ?? null;
}

/** The page on which it is done. */
export function addressOf({ kind, subject }: Action, programs: OverviewProgram[]): string {
  switch (kind) {
    case "accept_offer":
    case "pay": {
      const cohort = programs.find(({ enrolment }) => enrolment === subject)?.cohort;
      return cohort ? `/cohorts/${cohort}` : "/cohorts";
    }
    case "confirm_session":
      return "/mentorship/sessions";
    case "change_work":
    case "finish_draft":
      return `/missions/${subject}`;
    case "next_item":
      return `/learn/${encodeURIComponent(subject)}`;
  }
}

/**
 * Those besides the next step; each subject once. A mission's work is known by its title: its subject is
 * the mission, while the step is about the item of content.
 */
export function otherActions(
  actions: Action[],
  step: { id: string; title: string } | null,
): Action[] {
  const seen = new Set(step ? [step.id] : []);
  return actions.filter(({ kind, subject, title }) => {
    const isWork = kind === "change_work" || kind === "finish_draft";
    const isShown = seen.has(subject) || (isWork && title === step?.title);
    return !isShown && seen.add(subject);
  });
}
