import { getTranslations } from "next-intl/server";
import type { QuizAttemptSummary } from "@/api/core";
import { hrefOf } from "./courses";

interface Properties {
  contentId: string;
  attempts: QuizAttemptSummary[];
}

/** The submitted attempts at a quiz, each with its result. */
export async function QuizAttempts({ contentId, attempts }: Properties) {
  const t = await getTranslations("learn");
  if (attempts.length === 0) {
    return null;
  }
  return (
    <section className="stack" aria-labelledby="earlier">
      <h2 id="earlier">{t("quiz.earlier")}</h2>
      <ul className="list">
        {attempts.map(({ id, number, score, passed }) => (
          <li key={id} className="row">
            <a href={`${hrefOf(contentId)}/quiz/${id}`}>
              {t("quiz.attempt", { number, score: Math.round(score ?? 0) })}
            </a>
            <span className="soft">{passed ? t("quiz.passed") : t("quiz.notPassed")}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
