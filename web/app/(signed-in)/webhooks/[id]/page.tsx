import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { cache } from "react";
import { webhookSubscriptionsRead } from "@/api/core";
import { oneOf } from "@/features/learn/vocabulary";
import { ProblemState } from "@/features/shell/Problem";
import { Deliveries, STATES } from "@/features/webhooks/Deliveries";
import { FACT_TYPES } from "@/features/webhooks/factTypes";
import { ChangeCard, ReplayCard, SecretCard, Standing } from "@/features/webhooks/Manage";
import { StateBadge } from "@/features/webhooks/StateBadge";
import { core, load, requireSession } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";

interface Properties {
  params: Promise<{ id: string }>;
  searchParams: Promise<Query>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const read = cache(async (id: string) =>
  load(webhookSubscriptionsRead({ client: core, path: { subscription_id: id } })),
);

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("webhooks"))("one") };
}

/** One webhook, as mails about it lead here. */
export default async function Webhook({ params, searchParams }: Properties) {
  await requireSession();
  const [{ id }, query] = [await params, await searchParams];
  if (!UUID.test(id)) {
    notFound();
  }
  const [t, { data, problem }] = [await getTranslations("webhooks"), await read(id)];
  if (problem) {
    return problem.status === 404 ? notFound() : <ProblemState problem={problem} level={1} />;
  }
  const state = oneOf(queryText(query, "state"), STATES);
  return (
    <>
      <div className="head">
        <p className="row small">
          <a href="/webhooks">{t("title")}</a>
        </p>
        <h1>{data.description || t("one")}</h1>
        <p className="mono small">{data.url}</p>
        <p className="row">
          <StateBadge webhook={data} />
        </p>
        <p className="meta">
          {data.types.map((type) => t(`types.${FACT_TYPES[type]}`)).join(" · ")}
        </p>
      </div>
      <div className="stack wide">
        <Standing webhook={data} />
        <Deliveries id={id} state={state} cursor={queryText(query, "cursor")} />
        <div className="two stack">
          <ChangeCard webhook={data} />
          <div>
            <SecretCard webhook={data} />
            <ReplayCard webhook={data} />
          </div>
        </div>
      </div>
    </>
  );
}
