import type { Entitlement, Feature, Plan, Subscription } from "@/api/core";
import { PAYMENT_PAGES } from "../../server/security.ts";

/** Those that the client has words for, in the order in which it offers them. */
export const GATEWAYS = ["mpesa", "stripe", "sandbox"] as const;
const DAY_MS = 24 * 3600 * 1000;

/** The subscription that goes on, else the one that ended last. Core lists them oldest first. */
export function currentOf(subscriptions: Subscription[]): Subscription | undefined {
  return subscriptions.findLast(({ state }) => state !== "expired") ?? subscriptions.at(-1);
}

/** Days until a moment, the begun one too; 0 once it is past. */
export function daysUntil(moment: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(moment) - now) / DAY_MS));
}

/** A phone's number as gateways want it: 0712 345 678 and +254 712 345678 are 254712345678. */
export function phoneDigits(text: string): string {
  return text.replaceAll(/\D/g, "").replace(/^0(?=\d{9}$)/, "254");
}

/**
 * Where the caller goes on after a payment began: a page of the gateway, or `ours` while a phone was
 * asked. Undefined for an address that nobody should be sent to.
 */
export function placeToPay(url: string, ours: string): string | undefined {
  if (url === "") {
    return ours;
  }
  return URL.canParse(url) && PAYMENT_PAGES.includes(new URL(url).origin) ? url : undefined;
}

/** Those that have not ended; some may begin later. */
export function unended(entitlements: Entitlement[], now: number): Entitlement[] {
  return entitlements.filter(({ ends_at }) => ends_at === null || Date.parse(ends_at) > now);
}

function limitOf(plan: Plan, feature: Feature): number | undefined {
  const found = plan.features.find((one) => one.feature === feature);
  return found && (found.limit ?? 0);
}

/**
 * The plan of the lowest rank, of those with a price, that has the feature, with a higher limit than
 * the learner has.
 */
export function planOpening(
  feature: Feature,
  plans: Plan[],
  held: Entitlement[],
): Plan | undefined {
  const given = held.filter((one) => one.feature === feature).map(({ limit }) => limit ?? 0);
  const defaults = plans.filter(({ is_default }) => is_default);
  const own = [...given, ...defaults.flatMap((plan) => limitOf(plan, feature) ?? [])];
  return plans
    .filter(({ is_default, prices }) => !is_default && prices.length > 0)
    .toSorted((one, other) => one.rank - other.rank)
    .find((plan) => {
      const limit = limitOf(plan, feature);
      return limit !== undefined && (own.length === 0 || limit > Math.max(...own));
    });
}
