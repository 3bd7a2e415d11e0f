import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { quizzesListAttempts, quizzesReadAttempt } from "@/api/core";
import { allPages, ownProgress, readContent } from "@/features/learn/catalogue";
import { hrefOf } from "@/features/learn/courses";
import { quizOf } from "@/features/learn/item";
import { OpenAttempt } from "@/features/learn/OpenAttempt";
import { QuizResult } from "@/features/learn/QuizResult";
import { QuizStart } from "@/features/learn/QuizStart";
import { ProblemState } from "@/features/shell/Problem";
import { core, got, requireSession } from "@/server/caller";
import { me } from "@/server/me";

interface Properties {
  params: Promise<{ contentId: string }>;
  searchParams: Promise<{ attempt?: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("learn"))("quiz.title") };
}

/** A quiz: the open attempt with its questions, or the results, and the next attempt. */
export default async function QuizPage({ params, searchParams }: Properties) {
  await requireSession();
  const { contentId } = await params;
  const [t, read, quiz, user] = await Promise.all([
    getTranslations("learn"),
    readContent(contentId),
    quizOf(contentId),
    me(),
  ]);
  if (!read.data) {
    return read.problem.status === 404 ? (
      notFound()
    ) : (
      <ProblemState problem={read.problem} level={1} />
    );
  }
  if (!quiz) {
    return notFound();
  }
  const path = { quiz_id: quiz.id };
  const [attempts, own] = await Promise.all([
    allPages((query) => got(quizzesListAttempts({ client: core, path, query }))),
    ownProgress(),
  ]);
  if (!attempts.data) {
    return <ProblemState problem={attempts.problem} level={1} />;
  }
  const open = attempts.data.find(({ submitted_at }) => submitted_at === null);
  const shownId = open?.id ?? (await searchParams).attempt;
  const shown = attempts.data.find(({ id }) => id === shownId);
  const attempt = shown
    ? await got(
        quizzesReadAttempt({ client: core, path: { quiz_id: quiz.id, attempt_id: shown.id } }),
      )
    : null;
  return (
    <div className="prose stack wide">
      <div className="head stack tight">
        <p className="small">
          <a href={hrefOf(contentId)}>{read.data.title}</a>
        </p>
        <h1>{t("quiz.heading", { title: read.data.title })}</h1>
      </div>
      {attempt?.problem && <ProblemState problem={attempt.problem} />}
      {attempt?.data &&
        (open ? (
          <OpenAttempt attempt={attempt.data} contentId={contentId} userId={user.id} />
        ) : (
          <QuizResult attempt={attempt.data} />
        ))}
      {!open && (
        <QuizStart
          quiz={quiz}
          attempts={attempts.data}
          progress={own.data?.of(contentId) ?? null}
        />
      )}
      {attempts.data.some(({ submitted_at }) => submitted_at) && (
        <section className="stack" aria-labelledby="earlier">
          <h2 id="earlier">{t("quiz.earlier")}</h2>
          <ul className="list">
            {attempts.data
              .filter(({ submitted_at }) => submitted_at)
              .map(({ id, number, score, passed }) => (
                <li key={id}>
                  <a href={`?attempt=${id}`}>
                    {t("quiz.attempt", { number, score: Math.round(score ?? 0) })}
                  </a>{" "}
                  <span className="soft">{passed ? t("quiz.passed") : t("quiz.notPassed")}</span>
                </li>
              ))}
          </ul>
        </section>
      )}
      <p>
        <a href={hrefOf(contentId)}>{t("quiz.backToText")}</a>
      </p>
    </div>
  );
}
