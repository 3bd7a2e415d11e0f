import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import {
  type Match,
  type MentorshipSession,
  mentorshipMatchesList,
  mentorshipRequestsList,
  mentorshipSessionsList,
  type User,
} from "@/api/core";
import { ComingSession } from "@/features/mentorship/ComingSession";
import { GroupSessions } from "@/features/mentorship/GroupSessions";
import { PastSession } from "@/features/mentorship/PastSession";
import { Moving, Proposal } from "@/features/mentorship/Proposal";
import { partnerNames } from "@/features/mentorship/partners";
import { RequestsToAnswer } from "@/features/mentorship/RequestsToAnswer";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

const PAST_MS = 60 * 24 * 3600 * 1000;
const OPEN = ["requested", "confirmed"];

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

type NameOf = Awaited<ReturnType<typeof partnerNames>>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("mentorship.sessions"))("title") };
}

function sessionsBetween(from: Date, to?: Date) {
  const query = { from: from.toISOString(), page_size: 100, ...(to && { to: to.toISOString() }) };
  return load(mentorshipSessionsList({ client: core, query }));
}

/** What the page shows of the user's own, with the names of the others. */
async function ownMentorship(user: User) {
  const now = new Date();
  const [later, earlier, matches, requests] = await Promise.all([
    sessionsBetween(now),
    sessionsBetween(new Date(now.getTime() - PAST_MS), now),
    load(mentorshipMatchesList({ client: core, query: { state: "active", page_size: 100 } })),
    user.role === "mentor"
      ? load(mentorshipRequestsList({ client: core, query: { state: "asked" } }))
      : null,
  ]);
  const isOwn = (row: { learner: number; mentor: number | null }) =>
    row.learner === user.id || row.mentor === user.id;
  const hasBegun = ({ starts_at }: MentorshipSession) => new Date(starts_at) <= now;
  const isComing = (one: MentorshipSession) => !hasBegun(one) && OPEN.includes(one.state);
  const coming = (later.data?.results ?? []).filter((one) => isOwn(one) && isComing(one));
  const past = (earlier.data?.results ?? []).filter((one) => isOwn(one) && hasBegun(one));
  const own = (matches.data?.results ?? []).filter(isOwn);
  return {
    coming,
    past: past.toReversed(),
    matches: own,
    toAnswer: requests?.data?.results.filter(({ mentor }) => mentor === user.id) ?? [],
    nameOf: await partnerNames([...coming, ...past, ...own], user.id),
    problem: later.problem ?? matches.problem,
  };
}

export default async function Sessions({ searchParams }: Properties) {
  const user = await me();
  const isMentor = user.role === "mentor";
  const [query, found] = await Promise.all([searchParams, ownMentorship(user)]);
  const { coming, past, matches, toAnswer, nameOf, problem } = found;
  const moved = coming.find(({ id }) => id === query.move);
  const own_id = user.id;
  return (
    <>
      <Head isMentor={isMentor} />
      <div className="stack wide">
        {moved && (
          <Moving
            session={moved}
            mentor={moved.mentor}
            isMentor={moved.mentor === own_id}
            name={nameOf(moved)}
          />
        )}
        <RequestsToAnswer requests={toAnswer} />
        {problem ? (
          <ProblemState problem={problem} />
        ) : (
          <>
            <Coming
              sessions={coming}
              nameOf={nameOf}
              own_id={own_id}
              hasMatch={matches.length > 0}
            />
            <Proposals matches={matches} nameOf={nameOf} own_id={own_id} isMentor={isMentor} />
          </>
        )}
        <GroupSessions own_id={own_id} isMentor={isMentor} />
        <Past sessions={past} nameOf={nameOf} own_id={own_id} />
      </div>
    </>
  );
}

async function Head({ isMentor }: { isMentor: boolean }) {
  const [t, when] = [await getTranslations("mentorship.sessions"), await times()];
  return (
    <div className="head row apart">
      <div>
        <h1>{t("title")}</h1>
        <p className="soft">{t("times", { zone: when.zoneName() })}</p>
      </div>
      {isMentor ? (
        <a className="btn" href="/mentorship/hours">
          {t("hours")}
        </a>
      ) : (
        <a className="btn" href="/mentorship">
          {t("toMentor")}
        </a>
      )}
    </div>
  );
}

interface ListProperties {
  sessions: MentorshipSession[];
  nameOf: NameOf;
  own_id: number;
}

async function Coming({
  sessions,
  nameOf,
  own_id,
  hasMatch,
}: ListProperties & { hasMatch: boolean }) {
  const t = await getTranslations("mentorship.sessions");
  const [first, ...rest] = sessions;
  if (!first) {
    return hasMatch ? (
      <State icon="clock" title={t("emptyTitle")}>
        <p>{t("emptyText")}</p>
      </State>
    ) : null;
  }
  return (
    <>
      <section className="card now stack" aria-labelledby="next">
        <h2 id="next">{t("next")}</h2>
        <ComingSession session={first} name={nameOf(first)} own_id={own_id} />
      </section>
      {rest.length > 0 && (
        <section className="stack" aria-labelledby="coming">
          <h2 id="coming">{t("coming")}</h2>
          <ul className="list">
            {rest.map((session) => (
              <li key={session.id}>
                <ComingSession session={session} name={nameOf(session)} own_id={own_id} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

interface ProposalsProperties {
  matches: Match[];
  nameOf: NameOf;
  own_id: number;
  isMentor: boolean;
}

async function Proposals({ matches, nameOf, own_id, isMentor }: ProposalsProperties) {
  const [t, book] = [
    await getTranslations("mentorship.sessions"),
    await getTranslations("mentorship.book"),
  ];
  if (matches.length === 0) {
    return (
      <State icon="people" title={t(isMentor ? "noMenteeTitle" : "noMatchTitle")}>
        <p>{t(isMentor ? "noMenteeText" : "noMatchText")}</p>
        <a className="btn next" href={isMentor ? "/mentorship/hours" : "/mentorship"}>
          {t(isMentor ? "hours" : "noMatchAction")}
        </a>
      </State>
    );
  }
  return (
    <section className="stack" aria-labelledby="book">
      <h2 id="book">{book("title")}</h2>
      {matches.map((match) => (
        <details key={match.id} open={matches.length === 1 && !isMentor}>
          <summary>{book("titleWith", { name: nameOf(match) })}</summary>
          <Proposal
            match={match.id}
            mentor={match.mentor}
            isMentor={match.mentor === own_id}
            name={nameOf(match)}
          />
        </details>
      ))}
    </section>
  );
}

async function Past({ sessions, nameOf, own_id }: ListProperties) {
  const t = await getTranslations("mentorship.sessions");
  const isToNote = (one: MentorshipSession) => one.mentor === own_id && one.state === "confirmed";
  const groups = [
    { id: "to-note", title: t("note"), sessions: sessions.filter(isToNote) },
    { id: "past", title: t("past"), sessions: sessions.filter((one) => !isToNote(one)) },
  ];
  return groups
    .filter((group) => group.sessions.length > 0)
    .map((group) => (
      <section className="stack" key={group.id} aria-labelledby={group.id}>
        <h2 id={group.id}>{group.title}</h2>
        <ul className="list">
          {group.sessions.map((session) => (
            <li key={session.id}>
              <PastSession session={session} name={nameOf(session)} own_id={own_id} />
            </li>
          ))}
        </ul>
      </section>
    ));
}
