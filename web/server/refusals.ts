import "server-only";
import { getTranslations } from "next-intl/server";

const COMMON = [
  "failed",
  "unavailable",
  "throttled",
  "rate_limited",
  "required",
  "blank",
  "invalid",
];

/**
 * The sentences that a client component shows for refusals: the common ones, its own, and those of
 * the given codes.
 */
export async function refusals(
  own: unknown = {},
  codes: string[] = [],
): Promise<Record<string, string>> {
  const [errors, forms] = await Promise.all([getTranslations("errors"), getTranslations("forms")]);
  const known = [...COMMON, ...codes].map((code) => [code, errors(code as "failed")]);
  return {
    ...Object.fromEntries(known),
    offline: forms("offline"),
    ...(own as Record<string, string>),
  };
}
