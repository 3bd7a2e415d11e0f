import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { type Match, mentorshipMatchesList } from "@/api/core";
import { WorkList } from "@/features/mentorship/WorkList";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { learnerNames } from "@/features/times/people";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("mentorship.mentees"))("title") };
}

export default async function Mentees() {
  const user = await me();
  const query = { mentor: user.id, page_size: 100 };
  const [t, matches] = await Promise.all([
    getTranslations("mentorship.mentees"),
    load(mentorshipMatchesList({ client: core, query })),
  ]);
  const found = matches.data?.results ?? [];
  const active = found.filter(({ state }) => state === "active");
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        {matches.data && <p className="soft">{t("lead", { count: active.length })}</p>}
      </div>
      <div className="stack wide">
        <WorkList matches={active} />
        {matches.problem ? <ProblemState problem={matches.problem} /> : <List matches={active} />}
        <Former matches={found.filter(({ state }) => state === "ended")} />
      </div>
    </>
  );
}

async function List({ matches }: { matches: Match[] }) {
  const [t, when, nameOf] = await Promise.all([
    getTranslations("mentorship.mentees"),
    times(),
    learnerNames(matches.map(({ learner }) => learner)),
  ]);
  if (matches.length === 0) {
    return (
      <State icon="people" title={t("emptyTitle")}>
        <p>{t("emptyText")}</p>
        <a className="btn" href="/mentorship/hours">
          {t("hours")}
        </a>
      </State>
    );
  }
  return (
    <ul className="list">
      {matches.map((match) => (
        <li key={match.id}>
          <h2 className="row">
            <a href={`/mentees/${match.learner}`}>{nameOf(match.learner)}</a>
          </h2>
          <p className="meta">{t("since", { date: when.date(match.created_at) })}</p>
        </li>
      ))}
    </ul>
  );
}

async function Former({ matches }: { matches: Match[] }) {
  const [t, when] = [await getTranslations("mentorship.mentees"), await times()];
  const nameOf = await learnerNames(matches.map(({ learner }) => learner));
  if (matches.length === 0) {
    return null;
  }
  return (
    <details>
      <summary>{t("former")}</summary>
      <ul className="list">
        {matches.map((match) => (
          <li className="row" key={match.id}>
            <a href={`/messages/${match.id}`}>{nameOf(match.learner)}</a>
            {match.ended_at && (
              <span className="meta"> {t("until", { date: when.date(match.ended_at) })}</span>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
