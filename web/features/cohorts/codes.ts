export const ENROLMENT_CODES = [
  "cohort_not_accepting",
  "already_enrolled",
  "code_needed",
  "unknown_code",
  "code_ended",
  "code_spent",
  "hold_expired",
  "no_seat",
  "illegal_transition",
  "payment_missing",
  "same_cohort",
  "unknown_pool",
  "guardian_consent_required",
  "birth_year_required",
];

export const COHORT_CODES = [
  "no_pools",
  "seats_taken",
  "illegal_transition",
  "unknown_pool",
  "precondition_failed",
  "bad_dates",
  "unknown_program_version",
];
