import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { type Match, type Message, mentorshipMatchesList, messagesList } from "@/api/core";
import { partnerNames } from "@/features/mentorship/partners";
import { Blocks } from "@/features/messages/Blocks";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("messages"))("title") };
}

async function lastOf(match_id: string): Promise<Message | null> {
  const query = { page_size: 1 };
  const { data } = await load(messagesList({ client: core, path: { match_id }, query }));
  return data?.results[0] ?? null;
}

export default async function Messages() {
  const user = await me();
  const [t, matches] = await Promise.all([
    getTranslations("messages"),
    load(mentorshipMatchesList({ client: core, query: { page_size: 100 } })),
  ]);
  const isOwn = ({ learner, mentor }: Match) => learner === user.id || mentor === user.id;
  const own = matches.data?.results.filter(isOwn) ?? [];
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("lead")}</p>
      </div>
      {matches.problem ? (
        <ProblemState problem={matches.problem} />
      ) : (
        <div className="stack wide">
          <List matches={own} own_id={user.id} />
          <Blocks matches={own} own_id={user.id} />
        </div>
      )}
    </>
  );
}

async function List({ matches, own_id }: { matches: Match[]; own_id: number }) {
  const t = await getTranslations("messages");
  if (matches.length === 0) {
    return (
      <State icon="message" title={t("emptyTitle")}>
        <p>{t("emptyText")}</p>
      </State>
    );
  }
  const [nameOf, lasts] = await Promise.all([
    partnerNames(matches, own_id),
    Promise.all(matches.map(({ id }) => lastOf(id))),
  ]);
  const rows = matches.map((match, place) => ({ match, last: lasts[place] ?? null }));
  const latest = ({ match, last }: (typeof rows)[number]) => last?.created_at ?? match.created_at;
  return (
    <ul className="list">
      {rows
        .toSorted((one, other) => latest(other).localeCompare(latest(one)))
        .map(({ match, last }) => (
          <li key={match.id}>
            <Row match={match} last={last} name={nameOf(match)} own_id={own_id} />
          </li>
        ))}
    </ul>
  );
}

interface RowProperties {
  match: Match;
  last: Message | null;
  name: string;
  own_id: number;
}

async function Row({ match, last, name, own_id }: RowProperties) {
  const [t, when] = [await getTranslations("messages"), await times()];
  const isNew = last !== null && last.author !== own_id && last.read_at === null;
  return (
    <>
      <h2 className="row">
        <a href={`/messages/${match.id}`}>{name}</a>
        {isNew && <span className="badge info">{t("new")}</span>}
        {match.state === "ended" && <span className="badge">{t("endedShort")}</span>}
      </h2>
      {last ? (
        <p className="meta">
          {when.moment(last.created_at)}: {last.text.slice(0, 100)}
        </p>
      ) : (
        <p className="meta">{t("never")}</p>
      )}
    </>
  );
}
