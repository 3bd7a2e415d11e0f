import { getFormatter, getLocale, getTimeZone, getTranslations } from "next-intl/server";
import {
  type Mission,
  missionsReadRubric,
  type ReviewedSubmission,
  type ReviewOutcome,
  type Submission,
} from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { editorTexts } from "./editorTexts";
import { ReviewEditor } from "./ReviewEditor";

const FIRST: ReviewOutcome[] = ["changes_requested", "passed", "failed"];
const AGAIN: ReviewOutcome[] = ["passed", "failed"];

interface Properties {
  submission: Submission;
  reviewed: ReviewedSubmission;
  mission: Mission | null;
  action: "decide" | "regrade";
}

/** The rubric with what is written so far: that of the hand-in, or that of now for a regrade. */
export async function EditorPanel({ submission, reviewed, mission, action }: Properties) {
  const isRegrade = action === "regrade";
  const version = isRegrade ? (mission?.rubric_version ?? 0) : submission.rubric_version;
  const path = { mission_id: submission.mission };
  const [rubric, locale, zone] = await Promise.all([
    version ? load(missionsReadRubric({ client: core, path, query: { version } })) : null,
    getLocale(),
    getTimeZone(),
  ]);
  if (rubric?.problem) {
    return <ProblemState problem={rubric.problem} />;
  }
  const criteria = rubric?.data.criteria ?? [];
  const isFirst = !isRegrade && reviewed.reviews.length === 0;
  return (
    <div className="stack">
      {!isRegrade && <DraftOrigin reviewed={reviewed} />}
      <ReviewEditor
        submission={submission.id}
        criteria={criteria}
        passPercentage={rubric?.data.pass_percentage ?? 0}
        draft={isRegrade ? null : reviewed.draft}
        outcomes={isFirst ? FIRST : AGAIN}
        action={action}
        locale={locale}
        zone={zone}
        costs={await costsOf(submission, reviewed)}
        texts={await editorTexts(criteria)}
      />
      {!isRegrade && <Release submission={submission.id} />}
    </div>
  );
}

async function Release({ submission }: { submission: string }) {
  const t = await getTranslations("reviews.claimBox");
  return (
    <ActionButton
      path={`/reviews/${submission}/release/`}
      className="btn quiet"
      to="/reviews?decided=released"
      hasKey={false}
    >
      {t("release")}
    </ActionButton>
  );
}

async function DraftOrigin({ reviewed }: { reviewed: ReviewedSubmission }) {
  const [t, when] = [await getTranslations("reviews"), await times()];
  const { draft, claim } = reviewed;
  if (!draft || draft.reviewer === claim?.reviewer) {
    return null;
  }
  return <p className="why">{t("editor.draft.by", { moment: when.moment(draft.saved_at) })}</p>;
}

async function costsOf(submission: Submission, reviewed: ReviewedSubmission) {
  const [t, format] = [await getTranslations("reviews"), await getFormatter()];
  if (!reviewed.hint_cost && !submission.late_deduction) {
    return null;
  }
  return t("editor.costs", {
    hints: format.number(reviewed.hint_cost),
    late: format.number(submission.late_deduction),
  });
}
