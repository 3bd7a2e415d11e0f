import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { webhookSubscriptionsList } from "@/api/core";
import { SelectField } from "@/features/actions/fields";
import { Pages } from "@/features/actions/Pages";
import { managedOrganizations } from "@/features/members/organizations";
import { ProblemState } from "@/features/shell/Problem";
import { AddWebhook } from "@/features/webhooks/AddWebhook";
import { Fields } from "@/features/webhooks/Fields";
import { WebhookList } from "@/features/webhooks/WebhookList";
import { core, load, requireSession } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";
import { textsOf } from "@/server/texts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("webhooks"))("title") };
}

export default async function Webhooks({ searchParams }: { searchParams: Promise<Query> }) {
  await requireSession();
  const cursor = queryText(await searchParams, "cursor");
  const [t, listed, managed] = await Promise.all([
    getTranslations("webhooks"),
    load(webhookSubscriptionsList({ client: core, query: cursor ? { cursor } : {} })),
    managedOrganizations(),
  ]);
  const problem = listed.problem ?? managed.problem;
  if (!listed.data || problem) {
    return problem && <ProblemState problem={problem} level={1} />;
  }
  const { results, next, previous } = listed.data;
  const { secretForm, lostAnswer } = await textsOf("webhooks");
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("introduction")}</p>
      </div>
      <div className="cols stack wide">
        <div className="stack">
          <WebhookList webhooks={results} organizations={managed.organizations} />
          <Pages
            label={t("pages")}
            next={next}
            previous={previous}
            page="/webhooks"
            texts={{ next: t("next"), previous: t("previous") }}
          />
        </div>
        <section className="card stack" aria-labelledby="add">
          <h2 id="add">{t("add.heading")}</h2>
          <AddWebhook texts={{ secretForm, lostAnswer }} submit={t("add.submit")}>
            <SelectField
              id="webhook-organization"
              name="organization"
              label={t("form.organization")}
              options={managed.organizations.map(({ id, name }) => ({
                value: `${id}`,
                label: name,
              }))}
            />
            <Fields />
          </AddWebhook>
        </section>
      </div>
    </>
  );
}
