import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import {
  cohortsList,
  conductQueueList,
  enrolmentsList,
  flagsList,
  invitationsList,
  organizationsMembers,
  reviewQueueList,
} from "@/api/core";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { managedOrganizations } from "./organizations";

const ONE = { page_size: 1 };
const SHOWN_FLAGS = 5;
/** Of more organizations the counts would take too many requests. */
const COUNTED_ORGANIZATIONS = 3;

interface CardProperties {
  id: string;
  title: string;
  link?: { href: string; text: string };
  children: ReactNode;
}

function Card({ id, title, link, children }: CardProperties) {
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
      {link && (
        <a className="btn" href={link.href}>
          {link.text}
        </a>
      )}
    </section>
  );
}

export async function CohortsCard() {
  const [t, open, running, waiting, payments] = await Promise.all([
    getTranslations("members.staff"),
    load(cohortsList({ client: core, query: { ...ONE, state: "open" } })),
    load(cohortsList({ client: core, query: { ...ONE, state: "running" } })),
    load(enrolmentsList({ client: core, query: { ...ONE, state: "applied" } })),
    load(enrolmentsList({ client: core, query: { ...ONE, state: "pending_payment" } })),
  ]);
  return (
    <Card id="cohorts" title={t("cohorts")} link={{ href: "/cohorts", text: t("toCohorts") }}>
      <p>
        {open.data && running.data
          ? t("cohortsText", { open: open.data.count, running: running.data.count })
          : t("unknown")}
      </p>
      {waiting.data && <p>{t("waiting", { count: waiting.data.count })}</p>}
      {payments.data && <p>{t("payments", { count: payments.data.count })}</p>}
    </Card>
  );
}

export async function MembersCard() {
  const [t, { organizations }] = await Promise.all([
    getTranslations("members.staff"),
    managedOrganizations(),
  ]);
  const link = { href: "/members", text: t("toMembers") };
  if (organizations.length > COUNTED_ORGANIZATIONS) {
    return (
      <Card id="members" title={t("members")} link={link}>
        <p>{t("organizations", { count: organizations.length })}</p>
      </Card>
    );
  }
  const counts = await Promise.all(organizations.map(({ id }) => countsOf(id)));
  return (
    <Card id="members" title={t("members")} link={link}>
      {organizations.map(({ id, name }, place) => {
        const count = counts[place];
        return (
          <p key={id}>
            {organizations.length > 1 && <strong>{name}: </strong>}
            {count ? t("membersText", count) : t("unknown")}
          </p>
        );
      })}
    </Card>
  );
}

async function countsOf(organization_id: number) {
  const path = { organization_id };
  const [members, invited] = await Promise.all([
    load(organizationsMembers({ client: core, path, query: ONE })),
    load(invitationsList({ client: core, path, query: { ...ONE, status: "open" } })),
  ]);
  return members.data && invited.data
    ? { members: members.data.count, invited: invited.data.count }
    : null;
}

export async function ReviewsCard() {
  const [t, waiting, overdue] = await Promise.all([
    getTranslations("members.staff"),
    load(reviewQueueList({ client: core, query: ONE })),
    load(reviewQueueList({ client: core, query: { ...ONE, overdue: "true" } })),
  ]);
  return (
    <Card id="reviews" title={t("reviews")} link={{ href: "/reviews", text: t("toReviews") }}>
      <p>
        {waiting.data && overdue.data
          ? t("reviewsText", { count: waiting.data.count, overdue: overdue.data.count })
          : t("unknown")}
      </p>
    </Card>
  );
}

export async function FlagsCard() {
  const query = { resolved: "false", page_size: SHOWN_FLAGS } as const;
  const [t, kinds, when, flags, reports] = await Promise.all([
    getTranslations("members.staff"),
    getTranslations("mentorship.flags"),
    times(),
    load(flagsList({ client: core, query })),
    load(conductQueueList({ client: core, query: { ...ONE, state: "open" } })),
  ]);
  return (
    <Card id="flags" title={t("flags")} link={{ href: "/conduct", text: t("toConduct") }}>
      <p>{flags.data ? t("flagsText", { count: flags.data.count }) : t("unknown")}</p>
      <ul className="plain">
        {flags.data?.results.map(({ id, kind, severity, created_at }) => (
          <li key={id}>
            {t("flag", {
              kind: kinds(`kinds.${kind}`),
              severity: kinds(`severityWords.${severity}`),
              moment: when.moment(created_at),
            })}
          </li>
        ))}
      </ul>
      {reports.data && (
        <p>
          {t("conduct")}: {t("conductText", { count: reports.data.count })}
        </p>
      )}
    </Card>
  );
}
