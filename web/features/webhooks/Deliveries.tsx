import { getTranslations } from "next-intl/server";
import { type DeliveryState, type WebhookDelivery, webhookDeliveriesList } from "@/api/core";
import { HeadRow } from "@/features/actions/HeadRow";
import { Pages } from "@/features/actions/Pages";
import { Icon } from "@/features/shell/Icon";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { deliveryName } from "./factTypes";

export const STATES: readonly DeliveryState[] = ["waiting", "sent", "failed", "withheld"];

interface Properties {
  id: string;
  state: DeliveryState | undefined;
  cursor: string | undefined;
}

/** What was sent and what waits, the newest first. */
export async function Deliveries({ id, state, cursor }: Properties) {
  const t = await getTranslations("webhooks.deliveries");
  const query = { ...(state && { state }), ...(cursor && { cursor }) };
  const path = { subscription_id: id };
  const { data, problem } = await load(webhookDeliveriesList({ client: core, path, query }));
  const page = `/webhooks/${id}`;
  return (
    <section className="stack" aria-labelledby="deliveries">
      <h2 id="deliveries">{t("heading")}</h2>
      <nav aria-label={t("filter")} className="tabs">
        {[undefined, ...STATES].map((one) => (
          <a
            key={one ?? "all"}
            href={one ? `${page}?state=${one}#deliveries` : `${page}#deliveries`}
            aria-current={one === state ? "page" : undefined}
          >
            {t(one ? `states.${one}` : "all")}
          </a>
        ))}
      </nav>
      {problem && <ProblemState problem={problem} />}
      {data && data.results.length === 0 && <p>{t("none")}</p>}
      {data && data.results.length > 0 && (
        <>
          <DeliveryTable deliveries={data.results} count={data.count} />
          <Pages
            label={t("pages")}
            next={data.next}
            previous={data.previous}
            page={state ? `${page}?state=${state}` : page}
            texts={{ next: t("earlier"), previous: t("later") }}
          />
        </>
      )}
    </section>
  );
}

async function DeliveryTable({
  deliveries,
  count,
}: {
  deliveries: WebhookDelivery[];
  count: number;
}) {
  const t = await getTranslations("webhooks.deliveries");
  return (
    <table className="tbl">
      <caption>{t("caption", { count })}</caption>
      <HeadRow
        heads={[
          { text: t("what") },
          { text: t("state") },
          { text: t("answer") },
          { text: t("attempts"), isRight: true },
        ]}
      />
      <tbody>
        {deliveries.map((delivery) => (
          <Row key={delivery.id} delivery={delivery} />
        ))}
      </tbody>
    </table>
  );
}

const LOOKS = {
  waiting: { kind: "info", icon: "clock" },
  sent: { kind: "ok", icon: "check" },
  failed: { kind: "bad", icon: "alert" },
  withheld: { kind: "warn", icon: "lock" },
} as const;

async function Row({ delivery }: { delivery: WebhookDelivery }) {
  const [t, names, when] = [
    await getTranslations("webhooks.deliveries"),
    await getTranslations("webhooks.types"),
    await times(),
  ];
  const { type, state, created_at, due_at, sent_at, attempts } = delivery;
  const name = deliveryName(type);
  const { kind, icon } = LOOKS[state];
  return (
    <tr>
      <th scope="row">
        {name ? names(name) : type}
        <span className="meta"> {when.moment(created_at)}</span>
      </th>
      <td data-l={t("state")}>
        <span className={`badge ${kind}`}>
          <Icon name={icon} />
          {t(`states.${state}`)}
        </span>
        {state === "waiting" && (
          <span className="meta"> {t("due", { at: when.moment(due_at) })}</span>
        )}
        {sent_at && <span className="meta"> {when.moment(sent_at)}</span>}
      </td>
      <td data-l={t("answer")}>
        <Answer delivery={delivery} />
      </td>
      <td className="r num" data-l={t("attempts")}>
        {attempts}
      </td>
    </tr>
  );
}

async function Answer({ delivery }: { delivery: WebhookDelivery }) {
  const t = await getTranslations("webhooks.deliveries");
  const { response_status: status, response_milliseconds: milliseconds, last_error } = delivery;
  if (status !== null) {
    return <span>{t("status", { status: `${status}`, milliseconds: milliseconds ?? 0 })}</span>;
  }
  return last_error ? <span className="mono">{last_error}</span> : <span>{t("noAnswer")}</span>;
}
