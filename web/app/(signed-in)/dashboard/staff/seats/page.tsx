import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { sponsorOverview } from "@/api/core";
import { Invoices } from "@/features/billing/Invoices";
import { FilesLink } from "@/features/director/FilesLink";
import { Page } from "@/features/director/Page";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { Organization } from "@/features/sponsor/Organization";
import { Rules } from "@/features/sponsor/Rules";
import { Seats } from "@/features/sponsor/Seats";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";

interface Properties {
  searchParams: Promise<Query>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("sponsor"))("title") };
}

export default async function SponsoredSeats({ searchParams }: Properties) {
  const cursor = queryText(await searchParams, "cursor");
  const [t, when, { data, problem }] = await Promise.all([
    getTranslations("sponsor"),
    times(),
    load(sponsorOverview({ client: core })),
  ]);
  if (problem) {
    return <ProblemState problem={problem} level={1} />;
  }
  const { as_of, organizations, invoices } = data;
  return (
    <Page
      current="seats"
      title={t("title")}
      lead={t("lead", { asOf: when.moment(as_of), zone: when.zoneName() })}
    >
      {organizations.length === 0 ? (
        <State icon="people" title={t("noneTitle")}>
          <p>{t("noneText")}</p>
        </State>
      ) : (
        <>
          <Rules />
          {organizations.map((one) => (
            <Organization key={one.organization} organization={one} />
          ))}
          <Seats cursor={cursor} />
          {invoices.length > 0 && <Invoices invoices={invoices.toReversed()} />}
          <FilesLink />
        </>
      )}
    </Page>
  );
}
