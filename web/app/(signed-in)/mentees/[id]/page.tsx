import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { type MenteePage, menteesRead } from "@/api/core";
import { EndMatch } from "@/features/mentorship/EndMatch";
import { Flags } from "@/features/mentorship/Flags";
import {
  GoalsPart,
  ProgressPart,
  ReflectionsPart,
  SessionsPart,
  SubmissionsPart,
} from "@/features/mentorship/MenteeParts";
import { Notes } from "@/features/mentorship/Notes";
import { Icon } from "@/features/shell/Icon";
import { ProblemState } from "@/features/shell/Problem";
import { fullName } from "@/features/times/people";
import { core, load, requireSession } from "@/server/caller";

interface Properties {
  params: Promise<{ id: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("mentorship.mentees"))("title") };
}

export default async function Mentee({ params }: Properties) {
  await requireSession();
  const user_id = Number((await params).id);
  if (!Number.isSafeInteger(user_id) || user_id < 1) {
    notFound();
  }
  const { data, problem } = await load(menteesRead({ client: core, path: { user_id } }));
  if (problem) {
    return problem.status === 404 ? notFound() : <ProblemState problem={problem} level={1} />;
  }
  const { learner, match } = data;
  return (
    <>
      <Head page={data} />
      <div className="cols stack wide">
        <div className="stack wide">
          <SubmissionsPart submissions={data.submissions} />
          <SessionsPart sessions={data.sessions} />
          <GoalsPart goals={data.goals} />
          <ReflectionsPart learner={learner.id} />
          <Notes match={match} isMentor />
        </div>
        <div className="stack wide">
          <ProgressPart progress={data.progress} />
          <Flags learner={learner.id} flags={data.flags} />
          <EndMatch match={match} to="/mentees" />
        </div>
      </div>
    </>
  );
}

async function Head({ page }: { page: MenteePage }) {
  const [t, all] = [
    await getTranslations("mentorship.mentee"),
    await getTranslations("mentorship"),
  ];
  const { learner, match, unread_messages } = page;
  return (
    <div className="head row apart">
      <div>
        <p className="row small">
          <a href="/mentees">{t("all")}</a>
        </p>
        <h1>{fullName(learner) || all("learnerNumber", { id: learner.id })}</h1>
        {learner.track ? (
          <p className={`track ${learner.track} small`}>
            <Icon name={learner.track} /> {all(`tracks.${learner.track}`)}
          </p>
        ) : (
          <p className="soft">{t("noTrack")}</p>
        )}
      </div>
      <a className="btn next" href={`/messages/${match}`}>
        {t("messages")}, {t("unread", { count: unread_messages })}
      </a>
    </div>
  );
}
