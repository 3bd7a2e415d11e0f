import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getFormatter, getTranslations } from "next-intl/server";
import {
  type MissionDetail,
  missionsRead,
  type ReviewedSubmission,
  reviewedSubmissionsRead,
  type Submission,
  submissionsRead,
  submissionsReadWait,
} from "@/api/core";
import { ClaimBox } from "@/features/reviews/ClaimBox";
import { EditorPanel } from "@/features/reviews/EditorPanel";
import { Outcome } from "@/features/reviews/Outcome";
import { Past } from "@/features/reviews/Past";
import { Similar } from "@/features/reviews/Similar";
import { Work } from "@/features/reviews/Work";
import { ProblemState } from "@/features/shell/Problem";
import { Html } from "@/features/texts/Html";
import { learnerNames } from "@/features/times/people";
import { times } from "@/features/times/times";
import { core, load, requireSession } from "@/server/caller";
import { me } from "@/server/me";

interface Properties {
  params: Promise<{ id: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("reviews"))("title") };
}

export default async function Review({ params }: Properties) {
  await requireSession();
  const path = { submission_id: (await params).id };
  const [submission, reviewed, wait] = await Promise.all([
    load(submissionsRead({ client: core, path })),
    load(reviewedSubmissionsRead({ client: core, path })),
    load(submissionsReadWait({ client: core, path })),
  ]);
  if (submission.problem || reviewed.problem) {
    const problem = submission.problem ?? reviewed.problem;
    return problem?.status === 404 || !problem ? (
      notFound()
    ) : (
      <ProblemState problem={problem} level={1} />
    );
  }
  const mission_id = submission.data.mission;
  const { data } = await load(missionsRead({ client: core, path: { mission_id } }));
  return (
    <Reviewing
      submission={submission.data}
      reviewed={reviewed.data}
      mission={data ?? null}
      waits={wait.data !== undefined}
    />
  );
}

interface ReviewingProperties {
  submission: Submission;
  reviewed: ReviewedSubmission;
  mission: MissionDetail | null;
  waits: boolean;
}

async function Reviewing({ waits, ...about }: ReviewingProperties) {
  const { submission, reviewed, mission } = about;
  const [t, user] = await Promise.all([getTranslations("reviews"), me()]);
  const isStaff = user.role === "director" || user.role === "admin";
  const isDecided = ["passed", "failed"].includes(submission.state) && !waits;
  const { claim } = reviewed;
  return (
    <>
      <Head submission={submission} title={mission?.title ?? claim?.title ?? t("title")} />
      <div className="cols wide-aside stack wide">
        <div className="stack wide">
          <ClaimBox
            submission={submission.id}
            waits={waits}
            claim={claim}
            isOwn={claim?.reviewer === user.id}
            mayTakeAway={isStaff}
          />
          <HandedIn {...about} />
          <Past reviews={reviewed.reviews} />
        </div>
        {claim?.reviewer === user.id && (
          <section className="card" aria-labelledby="rubric">
            <h2 id="rubric">{t("editor.title")}</h2>
            <EditorPanel {...about} action="decide" />
          </section>
        )}
        {isStaff && isDecided && (
          <section className="card" aria-labelledby="regrade">
            <h2 id="regrade">{t("editor.regrade")}</h2>
            <p className="meta">{t("editor.regradeText")}</p>
            <details>
              <summary>{t("editor.title")}</summary>
              <EditorPanel {...about} action="regrade" />
            </details>
          </section>
        )}
      </div>
    </>
  );
}

async function Head({ submission, title }: { submission: Submission; title: string }) {
  const [t, when, format, nameOf] = await Promise.all([
    getTranslations("reviews"),
    times(),
    getFormatter(),
    learnerNames([submission.user]),
  ]);
  const { attempt, submitted_at, late_minutes, late_deduction } = submission;
  const moment = submitted_at ? when.moment(submitted_at) : "";
  const cost = format.number(late_deduction);
  return (
    <div className="head">
      <p className="row small">
        <a href="/reviews">{t("all")}</a>
      </p>
      <h1>{title}</h1>
      <p className="soft">
        {t("review.handedIn", { name: nameOf(submission.user), number: attempt, moment })}{" "}
        {late_minutes > 0
          ? t("review.lateBy", { minutes: late_minutes, cost })
          : t("review.inTime")}
      </p>
      <p>
        <Outcome state={submission.state} />
      </p>
    </div>
  );
}

async function HandedIn({ submission, reviewed, mission }: Omit<ReviewingProperties, "waits">) {
  const t = await getTranslations("reviews");
  const { solved, attempts, of_another } = reviewed.flag;
  const html = mission?.story_html;
  return (
    <section className="stack" aria-labelledby="work">
      <h2 id="work">{t("review.work")}</h2>
      <Work submission={submission.id} />
      <Similar submission={submission.id} />
      {attempts > 0 && (
        <p className="meta">
          {t(solved ? "review.flag.solved" : "review.flag.open", { count: attempts })}{" "}
          {of_another > 0 && t("review.flag.other", { count: of_another })}
        </p>
      )}
      {html && (
        <details>
          <summary>{t("review.task")}</summary>
          <Html html={html} />
        </details>
      )}
    </section>
  );
}
