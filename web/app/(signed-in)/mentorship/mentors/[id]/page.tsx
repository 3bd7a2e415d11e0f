import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { type Mentor, mentorshipMatchesList, mentorsRead } from "@/api/core";
import { AskForm } from "@/features/mentorship/AskForm";
import { MentorFacts } from "@/features/mentorship/MentorFacts";
import { MatchLinks } from "@/features/mentorship/OwnMentor";
import { SlotChoice } from "@/features/mentorship/SlotChoice";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

const DAYS = 14;

interface Properties {
  params: Promise<{ id: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("mentorship.find"))("title") };
}

export default async function MentorPage({ params }: Properties) {
  const mentor_id = Number((await params).id);
  if (!Number.isSafeInteger(mentor_id) || mentor_id < 1) {
    notFound();
  }
  const [t, mentor] = await Promise.all([
    getTranslations("mentorship.find"),
    load(mentorsRead({ client: core, path: { mentor_id } })),
  ]);
  if (mentor.problem) {
    return mentor.problem.status === 404 ? (
      notFound()
    ) : (
      <ProblemState problem={mentor.problem} level={1} />
    );
  }
  return (
    <>
      <div className="head">
        <p className="row small">
          <a href="/mentorship">{t("back")}</a>
        </p>
        <h1>{mentor.data.name}</h1>
        <MentorFacts mentor={mentor.data} />
      </div>
      <div className="cols stack wide">
        <div className="stack">
          {mentor.data.about && <p className="prose">{mentor.data.about}</p>}
          <LearnerActions mentor={mentor.data} />
        </div>
        <section className="card stack" aria-labelledby="slots">
          <h2 id="slots">{t("slots")}</h2>
          <SlotChoice
            mentor_id={mentor_id}
            zone={mentor.data.time_zone}
            days={DAYS}
            none={t("slotsNone")}
            canChoose={false}
          />
        </section>
      </div>
    </>
  );
}

/** A learner asks here, or finds the ways to their own mentor. */
async function LearnerActions({ mentor }: { mentor: Mentor }) {
  const { id: learner, role } = await me();
  if (role !== "learner") {
    return null;
  }
  const query = { learner, state: "active" } as const;
  const matches = await load(mentorshipMatchesList({ client: core, query }));
  if (matches.problem) {
    return <ProblemState problem={matches.problem} />;
  }
  const own = matches.data.results.find((match) => match.mentor === mentor.id);
  if (own) {
    return (
      <div className="acts">
        <MatchLinks match_id={own.id} />
      </div>
    );
  }
  return mentor.has_room && <AskForm mentor_id={mentor.id} />;
}
