import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Fragment } from "react";
import {
  type ListedRequest,
  type Match,
  mentorshipMatchesList,
  mentorshipRequestsList,
} from "@/api/core";
import { MentorList } from "@/features/mentorship/MentorList";
import { Notes } from "@/features/mentorship/Notes";
import { OwnMentor } from "@/features/mentorship/OwnMentor";
import { OwnRequest } from "@/features/mentorship/OwnRequest";
import { Note } from "@/features/shell/Note";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("mentorship.find"))("title") };
}

export default async function Mentorship({ searchParams }: Properties) {
  const user = await me();
  if (user.role === "mentor") {
    redirect("/mentorship/sessions");
  }
  const learner = user.id;
  const [t, query, matches, requests] = await Promise.all([
    getTranslations("mentorship.find"),
    searchParams,
    load(mentorshipMatchesList({ client: core, query: { learner, state: "active" } })),
    load(mentorshipRequestsList({ client: core })),
  ]);
  const isOpen = (one: ListedRequest) =>
    one.learner === learner && ["waiting", "asked"].includes(one.state);
  const open = requests.data?.results.filter(isOpen) ?? [];
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("lead")}</p>
      </div>
      <div className="stack wide">
        {query.asked && <Note kind="ok" icon="sent" title={t("asked")} />}
        {matches.problem ? (
          <ProblemState problem={matches.problem} />
        ) : (
          <Mentors matches={matches.data.results} />
        )}
        {requests.problem ? (
          <ProblemState problem={requests.problem} />
        ) : (
          <Requests requests={open} />
        )}
        <MentorList query={query} />
      </div>
    </>
  );
}

async function Mentors({ matches }: { matches: Match[] }) {
  const t = await getTranslations("mentorship.find");
  return matches.map((match, place) => (
    <Fragment key={match.id}>
      <section className="card now stack" aria-labelledby={`mine-${place} mentor-${match.id}`}>
        <h2 id={`mine-${place}`}>{t("mine")}</h2>
        <OwnMentor match={match} />
      </section>
      <Notes match={match.id} isMentor={false} />
    </Fragment>
  ));
}

async function Requests({ requests }: { requests: ListedRequest[] }) {
  const t = await getTranslations("mentorship.requests");
  if (requests.length === 0) {
    return null;
  }
  return (
    <section className="stack" aria-labelledby="own-requests">
      <h2 id="own-requests">{t("own")}</h2>
      <ul className="list">
        {requests.map((request) => (
          <li key={request.id}>
            <OwnRequest request={request} />
          </li>
        ))}
      </ul>
    </section>
  );
}
