/** Refusals of claims. */
export const CLAIM_CODES = [
  "claimed",
  "claim_limit",
  "claim_lost",
  "not_waiting",
  "own_review",
  "learner_consent_missing",
  "no_extension_left",
  "not_claimed",
];

/** Refusals of drafts and decisions. */
export const DECISION_CODES = [
  ...CLAIM_CODES,
  "rubric_lost",
  "invalid_marks",
  "below_pass_mark",
  "no_changes_now",
  "not_decided",
  "second_opinion_open",
  "state_changed",
];
