import { getTranslations } from "next-intl/server";
import type { Feature } from "@/api/core";
import { ownEntitlements, plans } from "./read";
import { planOpening, unended } from "./subscriptions";

/** Beside a refusal of something that plans open: which plan does, and where to get it. */
export async function PlanNote({ feature }: { feature: Feature }) {
  const [t, offered, held] = await Promise.all([
    getTranslations("billing.note"),
    plans(),
    ownEntitlements(),
  ]);
  const own = unended(held.data?.results ?? [], Date.now());
  const plan = planOpening(feature, offered.data?.results ?? [], own);
  const limit = plan?.features.find((one) => one.feature === feature)?.limit ?? 0;
  return (
    <p>
      {plan && t(feature, { plan: plan.title, limit })} <a href="/settings/billing">{t("link")}</a>
    </p>
  );
}
