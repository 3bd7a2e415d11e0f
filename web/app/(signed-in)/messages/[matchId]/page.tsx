import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { type Match, type MessagePage, mentorshipMatchesRead, messagesList } from "@/api/core";
import { Pages } from "@/features/actions/Pages";
import { partnerNames } from "@/features/mentorship/partners";
import { Conversation } from "@/features/messages/Conversation";
import { MarkRead } from "@/features/messages/MarkRead";
import { Report } from "@/features/messages/Report";
import { Writing } from "@/features/messages/Writing";
import { Note } from "@/features/shell/Note";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

interface Properties {
  params: Promise<{ matchId: string }>;
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("messages"))("title") };
}

export default async function Messages({ params, searchParams }: Properties) {
  const user = await me();
  const path = { match_id: (await params).matchId };
  const { cursor } = await searchParams;
  const [match, messages] = await Promise.all([
    load(mentorshipMatchesRead({ client: core, path })),
    load(messagesList({ client: core, path, query: cursor ? { cursor } : {} })),
  ]);
  const problem = match.problem ?? messages.problem;
  if (match.problem || messages.problem) {
    return problem?.status === 404 || !problem ? (
      notFound()
    ) : (
      <ProblemState problem={problem} level={1} />
    );
  }
  const name = (await partnerNames([match.data], user.id))(match.data);
  return <Thread match={match.data} page={messages.data} name={name} own_id={user.id} />;
}

interface ThreadProperties {
  match: Match;
  page: MessagePage;
  name: string;
  own_id: number;
}

async function Thread({ match, page, name, own_id }: ThreadProperties) {
  const t = await getTranslations("messages");
  const theirs = page.results.filter(({ author }) => author !== own_id);
  const newest = theirs[0];
  const address = `/messages/${match.id}`;
  return (
    <>
      <div className="head">
        <p className="row small">
          <a href="/messages">{t("all")}</a>
        </p>
        <h1>{t("with", { name })}</h1>
        <p className="soft">{t("lead")}</p>
      </div>
      <div className="stack">
        {match.state === "ended" && <Note kind="info" icon="lock" title={t("ended")} />}
        <Pages
          label={t("pages")}
          next={page.next}
          previous={page.previous}
          page={address}
          texts={{ next: t("older"), previous: t("newer") }}
        />
        <Conversation
          match={match.id}
          messages={page.results.toReversed()}
          own_id={own_id}
          name={name}
        />
        {newest && newest.read_at === null && <MarkRead match={match.id} upTo={newest.number} />}
        <a className="btn quiet" href={address}>
          {t("look")}
        </a>
        {match.state === "active" && <Writing match={match.id} />}
        <Report match={match.id} name={name} messages={theirs} />
      </div>
    </>
  );
}
