import "server-only";
import { getTranslations } from "next-intl/server";

/** The sentences that a client component shows for refusals: the common ones and its own. */
export async function refusals(own: unknown = {}): Promise<Record<string, string>> {
  const [errors, forms] = await Promise.all([getTranslations("errors"), getTranslations("forms")]);
  return {
    failed: errors("failed"),
    unavailable: errors("unavailable"),
    throttled: errors("throttled"),
    rate_limited: errors("rate_limited"),
    required: errors("required"),
    blank: errors("blank"),
    invalid: errors("invalid"),
    offline: forms("offline"),
    ...(own as Record<string, string>),
  };
}
