import { getTranslations } from "next-intl/server";
import type { WebhookSubscription } from "@/api/core";
import { Icon } from "@/features/shell/Icon";

/** Whether a webhook sends, fails, or is off. */
export async function StateBadge({ webhook }: { webhook: WebhookSubscription }) {
  const t = await getTranslations("webhooks.state");
  const { active, failing_since } = webhook;
  if (!active) {
    return (
      <span className="badge">
        <Icon name="offline" />
        {t("off")}
      </span>
    );
  }
  return failing_since ? (
    <span className="badge bad">
      <Icon name="alert" />
      {t("failing")}
    </span>
  ) : (
    <span className="badge ok">
      <Icon name="check" />
      {t("on")}
    </span>
  );
}
