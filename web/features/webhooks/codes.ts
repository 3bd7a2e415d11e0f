/** Refusals of the routes of webhooks. */
export const CODES = [
  "address_refused",
  "too_many_subscriptions",
  "switched_off",
  "replay_running",
];
