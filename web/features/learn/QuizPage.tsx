import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { quizzesListAttempts, quizzesReadAttempt } from "@/api/core";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";
import { allPages, ownProgress, readContent } from "./catalogue";
import { hrefOf } from "./courses";
import { quizOf } from "./item";
import { OpenAttempt } from "./OpenAttempt";
import { QuizAttempts } from "./QuizAttempts";
import { QuizResult } from "./QuizResult";
import { QuizStart } from "./QuizStart";

interface Properties {
  contentId: string;
  /** Of the attempt whose result is shown, if there is no open one. */
  attemptId: string | null;
}

/** A quiz: the open attempt with its questions, or a result, and the next attempt. */
export async function QuizPage({ contentId, attemptId }: Properties) {
  const [t, read, quiz, user] = await Promise.all([
    getTranslations("learn"),
    readContent(contentId),
    quizOf(contentId),
    me(),
  ]);
  if (!read.data && read.problem.status !== 404) {
    return <ProblemState problem={read.problem} level={1} />;
  }
  if (!read.data || !quiz) {
    return notFound();
  }
  const path = { quiz_id: quiz.id };
  const [attempts, own] = await Promise.all([
    allPages((query) => load(quizzesListAttempts({ client: core, path, query }))),
    ownProgress(),
  ]);
  if (!attempts.data) {
    return <ProblemState problem={attempts.problem} level={1} />;
  }
  const open = attempts.data.find(({ submitted_at }) => submitted_at === null);
  const submitted = attempts.data.filter(({ submitted_at }) => submitted_at !== null);
  const shown = open ?? submitted.find(({ id }) => id === attemptId);
  const attempt = shown
    ? await load(quizzesReadAttempt({ client: core, path: { ...path, attempt_id: shown.id } }))
    : null;
  return (
    <div className="prose stack wide">
      <div className="head stack tight">
        <p className="small">
          <a className="own-line" href={hrefOf(contentId)}>
            {read.data.title}
          </a>
        </p>
        <h1>{t("quiz.heading", { title: read.data.title })}</h1>
      </div>
      {attempt?.problem && <ProblemState problem={attempt.problem} />}
      {attempt?.data && open && (
        <OpenAttempt attempt={attempt.data} contentId={contentId} userId={user.id} />
      )}
      {attempt?.data && !open && <QuizResult attempt={attempt.data} />}
      {!open && (
        <QuizStart
          quiz={quiz}
          contentId={contentId}
          attempts={submitted}
          progress={own.data?.of(contentId) ?? null}
        />
      )}
      <QuizAttempts contentId={contentId} attempts={submitted} />
      <p>
        <a className="own-line" href={hrefOf(contentId)}>
          {t("quiz.backToText")}
        </a>
      </p>
    </div>
  );
}
