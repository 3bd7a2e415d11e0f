import type { WebhookFactType } from "@/api/core";

/** Each with its name in the catalogue, whose keys have no dots. */
export const FACT_TYPES = {
  "ongoza.user.created.v1": "userCreated",
  "ongoza.user.updated.v1": "userUpdated",
  "ongoza.membership.updated.v1": "membershipUpdated",
  "ongoza.progress.updated.v1": "progressUpdated",
  "ongoza.goal.updated.v1": "goalUpdated",
  "ongoza.certificate.updated.v1": "certificateUpdated",
  "ongoza.quiz_result.recorded.v1": "quizResultRecorded",
  "ongoza.user.erased.v1": "userErased",
} as const satisfies Record<WebhookFactType, string>;

const PING = "ongoza.webhook.ping.v1";

export function isFactType(name: string): name is WebhookFactType {
  return name in FACT_TYPES;
}

/** The catalogue's name of what a delivery carries; null for a type of a newer core. */
export function deliveryName(type: string) {
  if (type === PING) {
    return "ping" as const;
  }
  return isFactType(type) ? FACT_TYPES[type] : null;
}
