import { getTranslations } from "next-intl/server";
import type { QuizAttempt } from "@/api/core";
import { hrefOf } from "./courses";
import { QuizForm } from "./QuizForm";

interface Properties {
  attempt: QuizAttempt;
  contentId: string;
  userId: number;
}

export async function OpenAttempt({ attempt, contentId, userId }: Properties) {
  const t = await getTranslations("learn");
  return (
    <section className="stack" aria-labelledby="questions">
      <h2 id="questions">{t("quiz.questions", { count: attempt.questions.length })}</h2>
      <p className="soft">{t("quiz.keptHere")}</p>
      <QuizForm
        userId={userId}
        quizId={attempt.quiz}
        attemptId={attempt.id}
        questions={attempt.questions}
        next={`${hrefOf(contentId)}/quiz/${attempt.id}`}
        texts={{
          submit: t("quiz.submit"),
          answer: t("quiz.answer"),
          unanswered: t.raw("quiz.unanswered"),
          choose: {
            single: t("quiz.chooseOne"),
            multiple: t("quiz.chooseAny"),
            order: t("quiz.putInOrder"),
            text: t("quiz.writeShort"),
          },
          order: {
            up: t.raw("quiz.moveUp"),
            down: t.raw("quiz.moveDown"),
            upShort: t("quiz.up"),
            downShort: t("quiz.down"),
            keep: t("quiz.keepOrder"),
          },
        }}
      />
    </section>
  );
}
