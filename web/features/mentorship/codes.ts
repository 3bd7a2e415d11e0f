export const SESSION_CODES = [
  "bad_time",
  "not_a_slot",
  "time_taken",
  "too_many_sessions",
  "match_ended",
  "session_begun",
  "session_not_begun",
  "session_open",
  "blocked",
  "illegal_transition",
];

export const REQUEST_CODES = [
  "too_many_requests",
  "already_asked",
  "already_matched",
  "mentor_full",
  "request_expired",
  "blocked",
  "illegal_transition",
  "guardian_consent_required",
  "birth_year_required",
];
