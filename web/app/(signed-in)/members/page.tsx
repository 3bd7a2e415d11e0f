import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { type Organization, organizationsMembers } from "@/api/core";
import { SelectField } from "@/features/actions/fields";
import { Pages } from "@/features/actions/Pages";
import { Invitations, Invite } from "@/features/members/Invitations";
import { MembersTable } from "@/features/members/MembersTable";
import { managedOrganizations } from "@/features/members/organizations";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("members"))("title") };
}

export default async function Members({ searchParams }: Properties) {
  const [t, query, { organizations, problem }] = await Promise.all([
    getTranslations("members"),
    searchParams,
    managedOrganizations(),
  ]);
  if (problem) {
    return <ProblemState problem={problem} level={1} />;
  }
  const chosen = organizations.find(({ id }) => `${id}` === query.organization) ?? organizations[0];
  if (!chosen) {
    return (
      <State icon="lock" title={t("noOrganizationTitle")} level={1}>
        <p>{t("noOrganizationText")}</p>
      </State>
    );
  }
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("lead", { organization: chosen.name })}</p>
      </div>
      <div className="stack wide">
        {organizations.length > 1 && <Choose organizations={organizations} chosen={chosen} />}
        <OfOrganization organization={chosen} {...(query.cursor ? { cursor: query.cursor } : {})} />
      </div>
    </>
  );
}

/** A form without JavaScript: what is chosen stands in the address. */
async function Choose({
  organizations,
  chosen,
}: {
  organizations: Organization[];
  chosen: Organization;
}) {
  const t = await getTranslations("members");
  return (
    <form method="get" className="stack">
      <SelectField
        id="organization"
        name="organization"
        label={t("organization")}
        options={organizations.map(({ id, name }) => ({ value: `${id}`, label: name }))}
        defaultValue={`${chosen.id}`}
      />
      <div className="acts">
        <button type="submit" className="btn">
          {t("show")}
        </button>
      </div>
    </form>
  );
}

async function OfOrganization({
  organization,
  cursor,
}: {
  organization: Organization;
  cursor?: string;
}) {
  const path = { organization_id: organization.id };
  const [t, user, members] = await Promise.all([
    getTranslations("members"),
    me(),
    load(organizationsMembers({ client: core, path, query: cursor ? { cursor } : {} })),
  ]);
  if (members.problem) {
    return <ProblemState problem={members.problem} />;
  }
  const { results, count, next, previous } = members.data;
  return (
    <div className="cols stack wide">
      <div className="stack">
        <MembersTable
          organization={organization.id}
          members={results}
          count={count}
          own_id={user.id}
        />
        <Pages
          label={t("pages")}
          next={next}
          previous={previous}
          page={`/members?organization=${organization.id}`}
          texts={{ next: t("next"), previous: t("previous") }}
        />
      </div>
      <div className="stack wide">
        <Invite organization={organization.id} isAdmin={user.role === "admin"} />
        <Invitations organization={organization.id} />
      </div>
    </div>
  );
}
