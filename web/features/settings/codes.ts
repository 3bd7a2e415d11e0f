/** Of the refusals of core's accounts. */
export const CODES = [
  "wrong_password",
  "wrong_code",
  "last_admin",
  "not_given",
  "not_enrolled",
  "too_many_tokens",
  "sms_off",
  "second_factor_enrolment_required",
];

export const PASSWORD_CODES = [
  "password_too_short",
  "password_too_common",
  "password_too_similar",
  "password_entirely_numeric",
];
