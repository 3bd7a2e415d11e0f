/** Of the refusals of core's coaching. */
export const CODES = [
  "too_many_habits",
  "too_many_pauses",
  "habit_archived",
  "day_out_of_range",
  "too_many_milestones",
  "target_date_passed",
  "illegal_transition",
  "consent_missing",
  "guardian_consent_required",
];
