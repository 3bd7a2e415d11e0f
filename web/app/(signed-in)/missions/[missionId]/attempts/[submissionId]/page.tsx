import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { submissionsRead } from "@/api/core";
import { AttemptContents } from "@/features/missions/AttemptContents";
import { ReceiptSection } from "@/features/missions/ReceiptSection";
import { ReviewText } from "@/features/missions/ReviewText";
import { readMission } from "@/features/missions/read";
import { reviewsOf, rubricOf } from "@/features/missions/reviews";
import { StateBadge } from "@/features/missions/StateBadge";
import { WaitText } from "@/features/missions/WaitText";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load, requireSession } from "@/server/caller";

interface Properties {
  params: Promise<{ missionId: string; submissionId: string }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  await requireSession();
  const { data } = await readMission((await params).missionId);
  return data ? { title: data.title } : {};
}

/** One attempt: what was handed in, its reviews and its receipt. */
export default async function AttemptPage({ params }: Properties) {
  await requireSession();
  const { missionId, submissionId } = await params;
  const [t, mission, read] = await Promise.all([
    getTranslations("submissions"),
    readMission(missionId),
    load(submissionsRead({ client: core, path: { submission_id: submissionId } })),
  ]);
  if (!read.data) {
    return [400, 404].includes(read.problem.status) ? (
      notFound()
    ) : (
      <ProblemState problem={read.problem} level={1} />
    );
  }
  const { attempt, state, submitted_at, late_minutes, mission: ofMission } = read.data;
  if (ofMission !== missionId) {
    return notFound();
  }
  const isWaiting = state === "submitted" || state === "in_review";
  return (
    <>
      <div className="head stack tight">
        <p className="small">
          <a className="own-line" href={`/missions/${missionId}`}>
            {mission.data?.title ?? t("backToMission")}
          </a>
        </p>
        <h1>{t("attempt", { attempt })}</h1>
        <p>
          <StateBadge state={state} />
        </p>
        {submitted_at && (
          <p className="meta">
            {t("handedIn", { moment: (await times()).longMoment(submitted_at) })}
          </p>
        )}
        {late_minutes > 0 && <p className="meta">{t("late", { minutes: late_minutes })}</p>}
      </div>
      <div className="cols stack wide">
        <div className="stack wide">
          {isWaiting && (
            <section className="stack tight" aria-labelledby="wait">
              <h2 id="wait">{t("wait.title")}</h2>
              <WaitText submissionId={submissionId} />
            </section>
          )}
          <Reviews missionId={missionId} submissionId={submissionId} />
          <AttemptContents submissionId={submissionId} />
        </div>
        {submitted_at && <ReceiptSection submissionId={submissionId} />}
      </div>
    </>
  );
}

async function Reviews({ missionId, submissionId }: { missionId: string; submissionId: string }) {
  const t = await getTranslations("submissions");
  const reviews = await reviewsOf(submissionId);
  return (
    <>
      {reviews.map(async (review) => {
        const rubric = await rubricOf(missionId, review.rubric_version);
        return (
          <section className="stack" key={review.id} aria-labelledby={`review-${review.id}`}>
            <h2 id={`review-${review.id}`}>{t(`review.kinds.${review.kind}`)}</h2>
            <p>
              <StateBadge state={review.outcome} />
            </p>
            <ReviewText review={review} rubric={rubric.data ?? null} />
          </section>
        );
      })}
    </>
  );
}
