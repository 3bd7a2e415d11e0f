import { getTranslations } from "next-intl/server";
import { webhookSubscriptionsList } from "@/api/core";
import { core, load } from "@/server/caller";

/** On the home of staff: how many webhooks there are. */
export async function WebhooksCard() {
  const t = await getTranslations("webhooks");
  const query = { page_size: 1 };
  const { data } = await load(webhookSubscriptionsList({ client: core, query }));
  return (
    <section className="card" aria-labelledby="webhooks">
      <h2 id="webhooks">{t("title")}</h2>
      <p>{data ? t("card.text", { count: data.count }) : t("card.unknown")}</p>
      <a className="btn" href="/webhooks">
        {t("card.open")}
      </a>
    </section>
  );
}
