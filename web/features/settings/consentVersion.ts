/** Of the sentences that users consent to, here and in the settings: theirs changes with them. */
export const CONSENT_VERSION = "2026-11";
