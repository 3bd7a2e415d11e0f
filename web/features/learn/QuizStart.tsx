import { getFormatter, getTranslations } from "next-intl/server";
import type { Progress, Quiz, QuizAttemptSummary } from "@/api/core";
import { times } from "@/features/times/times";
import { hrefOf } from "./courses";
import { StartQuiz } from "./StartQuiz";

interface Properties {
  quiz: Quiz;
  contentId: string;
  attempts: QuizAttemptSummary[];
  progress: Progress | null;
}

/** How the quiz goes, and the button that starts an attempt, if one is possible. */
export async function QuizStart({ quiz, contentId, attempts, progress }: Properties) {
  const [t, format] = [await getTranslations("learn"), await getFormatter()];
  const isAttested = progress?.status === "completed" && progress.source !== "self";
  const possibleAt = waitUntil(quiz, attempts);
  const facts = [
    quiz.question_count ? t("quiz.questions", { count: quiz.question_count }) : null,
    t("quiz.toPass", {
      percentage: format.number(quiz.pass_percentage / 100, { style: "percent" }),
    }),
    quiz.max_attempts === null
      ? t("quiz.anyAttempts")
      : t("quiz.maxAttempts", { count: quiz.max_attempts }),
    quiz.wait_minutes ? t("quiz.wait", { minutes: quiz.wait_minutes }) : null,
  ];
  return (
    <section className="stack" aria-labelledby="begin">
      <h2 id="begin">{attempts.length ? t("quiz.again") : t("quiz.before")}</h2>
      <p>{facts.filter(Boolean).join(" · ")}</p>
      {isAttested && <p className="soft">{t("quiz.alreadyPassed")}</p>}
      {possibleAt ? (
        <p>{t("quiz.possibleAt", { moment: (await times()).longMoment(possibleAt) })}</p>
      ) : (
        <StartQuiz
          page={`${hrefOf(contentId)}/quiz`}
          quizId={quiz.id}
          progressId={isAttested ? progress.id : null}
          text={attempts.length ? t("quiz.startAgain") : t("quiz.start")}
        />
      )}
    </section>
  );
}

/** When the next attempt is possible, if that is to come. */
function waitUntil(quiz: Quiz, attempts: QuizAttemptSummary[]): string | null {
  const last = attempts.at(-1);
  if (!last?.submitted_at || last.passed) {
    return null;
  }
  const possibleAt = Date.parse(last.submitted_at) + quiz.wait_minutes * 60_000;
  return possibleAt > Date.now() ? new Date(possibleAt).toISOString() : null;
}
