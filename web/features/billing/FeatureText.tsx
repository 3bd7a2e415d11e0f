import { getTranslations } from "next-intl/server";
import type { Feature } from "@/api/core";

/** What a feature opens, with its limit. */
export async function FeatureText({ feature, limit }: { feature: Feature; limit: number | null }) {
  const t = await getTranslations("billing.features");
  return t(feature, { limit: limit ?? 0 });
}
