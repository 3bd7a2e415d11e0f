import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Mission, Submission, SubmissionState } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { Icon } from "@/features/shell/Icon";
import { times } from "@/features/times/times";
import type { Standing } from "./attempts";
import { ReviewText } from "./ReviewText";
import { reviewsOf, rubricOf } from "./reviews";
import { StateBadge } from "./StateBadge";
import { WaitText } from "./WaitText";

interface Properties {
  mission: Mission;
  standing: Standing;
  /** Whether work is no longer taken. */
  isClosed: boolean;
  /** When the work is due. */
  children: ReactNode;
}

/** Where the learner is with a mission that has no draft, and what they may do next. */
export async function StandingCard(properties: Properties) {
  const { mission, standing, isClosed, children } = properties;
  const t = await getTranslations("submissions");
  const { latest } = standing;
  return (
    <section className="card now" aria-labelledby="standing">
      {latest ? <State submission={latest} /> : <h2 id="standing">{t("begin.title")}</h2>}
      <Start mission={mission} standing={standing} isClosed={isClosed} />
      {children}
      {latest && <Details mission={mission} submission={latest} />}
    </section>
  );
}

type StartProperties = Omit<Properties, "children">;

async function Start({ mission, standing, isClosed }: StartProperties) {
  const t = await getTranslations("submissions");
  const { latest, canStart, makesChanges, open } = standing;
  if (open) {
    return null;
  }
  if (mission.state !== "published") {
    return <p>{t("begin.retired")}</p>;
  }
  if (!canStart) {
    return latest?.state === "passed" ? null : <p>{t("begin.noneLeft")}</p>;
  }
  if (isClosed && !makesChanges) {
    return <p>{t("begin.tooLate")}</p>;
  }
  const isAgain = latest?.state === "passed";
  return (
    <>
      {!latest && <p>{t("begin.text")}</p>}
      <div className="acts">
        <ActionButton
          path={`/missions/${mission.id}/submissions/`}
          className={isAgain ? "btn" : "btn next"}
          doneCodes={["attempt_open"]}
        >
          {startText(t, standing)}
        </ActionButton>
      </div>
    </>
  );
}

type Translator = Awaited<ReturnType<typeof getTranslations<"submissions">>>;

function startText(t: Translator, { latest, makesChanges }: Standing): string {
  if (makesChanges) {
    return t("begin.changes");
  }
  return latest ? t("begin.again") : t("begin.button");
}

/** In what state the newest attempt is. */
async function State({ submission }: { submission: Submission }) {
  const t = await getTranslations("submissions");
  const { state, attempt, submitted_at, late_minutes } = submission;
  return (
    <>
      <p className="row apart small">
        <strong>{t("attempt", { attempt })}</strong>
        {submitted_at && isWaiting(state) && (
          <span className="sync accepted">
            <Icon name="check" />
            {t("sync.accepted", { time: (await times()).clock(submitted_at) })}
          </span>
        )}
      </p>
      <h2 id="standing">{t(`headings.${state}`)}</h2>
      <p>
        <StateBadge state={state} />
      </p>
      {submitted_at && (
        <p className="meta">
          {t("handedIn", { moment: (await times()).longMoment(submitted_at) })}
          {late_minutes > 0 && ` ${t("late", { minutes: late_minutes })}`}
        </p>
      )}
    </>
  );
}

interface DetailsProperties {
  mission: Mission;
  submission: Submission;
}

/** The review of the newest attempt, or when it is promised. */
async function Details({ mission, submission }: DetailsProperties) {
  const t = await getTranslations("submissions");
  const { id, state } = submission;
  const reviews = isWaiting(state) ? [] : await reviewsOf(id);
  const review = reviews[0];
  const rubric = review ? await rubricOf(mission.id, review.rubric_version) : null;
  return (
    <>
      {isWaiting(state) && <WaitText submissionId={id} />}
      {review && <ReviewText review={review} rubric={rubric?.data ?? null} />}
      <p>
        <a href={`/missions/${mission.id}/attempts/${id}`}>{t("seeAttempt")}</a>
      </p>
      {state === "submitted" && (
        <div className="acts">
          <ActionButton
            path={`/submissions/${id}/withdraw/`}
            doneCodes={["illegal_transition"]}
            question={{
              title: t("withdraw.ask"),
              text: t("withdraw.text"),
              yes: t("withdraw.yes"),
              no: t("withdraw.no"),
            }}
          >
            {t("withdraw.button")}
          </ActionButton>
        </div>
      )}
    </>
  );
}

function isWaiting(state: SubmissionState): boolean {
  return state === "submitted" || state === "in_review";
}
