export const MEMBERSHIP_CODES = ["main_membership", "still_enrolled", "precondition_failed"];
