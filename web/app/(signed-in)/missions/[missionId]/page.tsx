import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import type { Submission } from "@/api/core";
import { catalogue, ownProgress } from "@/features/learn/catalogue";
import { Prerequisites } from "@/features/learn/Prerequisites";
import { isClosed, standingOf } from "@/features/missions/attempts";
import { Due } from "@/features/missions/Due";
import { EarlierAttempts } from "@/features/missions/EarlierAttempts";
import { FlagSection } from "@/features/missions/FlagSection";
import { HintList } from "@/features/missions/HintList";
import { MissionHead } from "@/features/missions/MissionHead";
import { ReadinessLater } from "@/features/missions/Readiness";
import { RubricTable } from "@/features/missions/RubricTable";
import { attemptsAt, extensionOf, flagOf, hintsOf, readMission } from "@/features/missions/read";
import { rubricOf } from "@/features/missions/reviews";
import { SimilarLater } from "@/features/missions/SimilarMissions";
import { StandingCard } from "@/features/missions/StandingCard";
import { Story } from "@/features/missions/Story";
import { ProblemState } from "@/features/shell/Problem";
import { DraftCard } from "@/features/submissions/DraftCard";
import { requireSession } from "@/server/caller";
import { me } from "@/server/me";

interface Properties {
  params: Promise<{ missionId: string }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  await requireSession();
  const { data } = await readMission((await params).missionId);
  return data ? { title: data.title } : {};
}

/** A mission: the learner's work on it first, then what it asks for. */
export default async function MissionPage({ params }: Properties) {
  await requireSession();
  const { missionId } = await params;
  const [t, read, user] = await Promise.all([
    getTranslations("missions"),
    readMission(missionId),
    me(),
  ]);
  if (!read.data) {
    return [400, 404].includes(read.problem.status) ? (
      notFound()
    ) : (
      <ProblemState problem={read.problem} level={1} />
    );
  }
  const mission = read.data;
  const [attempts, rubric, hints, flag, until] = await Promise.all([
    attemptsAt(missionId),
    rubricOf(missionId, mission.rubric_version),
    hintsOf(missionId),
    mission.flag_attempts === null ? null : flagOf(missionId),
    extensionOf(missionId, user.id),
  ]);
  const own = (attempts.data ?? []).filter((one: Submission) => one.user === user.id);
  const standing = standingOf(mission, own);
  const due = <Due mission={mission} until={until} left={standing.left} />;
  return (
    <>
      <MissionHead mission={mission} />
      <div className="cols stack wide">
        <div className="stack wide">
          {!standing.latest && <FirstThese prerequisites={mission.prerequisites} />}
          {attempts.problem && <ProblemState problem={attempts.problem} />}
          {attempts.data &&
            (standing.open?.state === "draft" ? (
              <DraftCard submission={standing.open} title={mission.title} userId={user.id}>
                {due}
              </DraftCard>
            ) : (
              <StandingCard
                mission={mission}
                standing={standing}
                isClosed={isClosed(mission, until, Date.now())}
              >
                {due}
              </StandingCard>
            ))}
          <Story mission={mission} />
        </div>
        <div className="stack wide">
          {!standing.latest && <ReadinessLater missionId={missionId} />}
          <section className="stack tight" aria-labelledby="rubric">
            <h2 id="rubric">{t("rubric.title")}</h2>
            {rubric.data && <RubricTable rubric={rubric.data} />}
            {rubric.problem &&
              (rubric.problem.status === 404 ? (
                <p>{t("rubric.none")}</p>
              ) : (
                <p>{t("rubric.away")}</p>
              ))}
          </section>
          {hints.data && hints.data.hints.length > 0 && (
            <HintList missionId={missionId} hints={hints.data} />
          )}
          {flag?.data && <FlagSection missionId={missionId} flag={flag.data} />}
          <EarlierAttempts missionId={missionId} submissions={standing.earlier} />
          <SimilarLater missionId={missionId} />
        </div>
      </div>
    </>
  );
}

/** What comes before the mission and is not completed yet. */
async function FirstThese({ prerequisites }: { prerequisites: string[] }) {
  const [offered, own] = await Promise.all([catalogue(), ownProgress()]);
  if (!offered.data || !own.data) {
    return null;
  }
  const items = prerequisites.flatMap((id) => offered.data.byId.get(id) ?? []);
  const missing = items
    .filter((item) => !own.data.isCovered(item))
    .map(({ content_id, title }) => ({ id: content_id, title }));
  return <Prerequisites missing={missing} isRequired={false} />;
}
