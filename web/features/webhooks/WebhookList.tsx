import { getTranslations } from "next-intl/server";
import type { Organization, WebhookSubscription } from "@/api/core";
import { State } from "@/features/shell/State";
import { StateBadge } from "./StateBadge";

interface Properties {
  webhooks: WebhookSubscription[];
  organizations: Organization[];
}

/** The webhooks of the organizations that the caller directs. */
export async function WebhookList({ webhooks, organizations }: Properties) {
  const t = await getTranslations("webhooks");
  if (webhooks.length === 0) {
    return (
      <State icon="sent" title={t("empty")}>
        <p>{t("emptyText")}</p>
      </State>
    );
  }
  const names = new Map(organizations.map(({ id, name }) => [id, name]));
  return (
    <ul className="list">
      {webhooks.map((webhook) => (
        <li key={webhook.id}>
          <div className="row apart">
            <h2 className="label">
              <a href={`/webhooks/${webhook.id}`}>{webhook.description || webhook.url}</a>
            </h2>
            <StateBadge webhook={webhook} />
          </div>
          {webhook.description && <p className="mono small">{webhook.url}</p>}
          <p className="meta">
            {[names.get(webhook.organization), t("kinds", { count: webhook.types.length })]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </li>
      ))}
    </ul>
  );
}
