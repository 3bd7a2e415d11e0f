import { getFormatter, getTranslations } from "next-intl/server";
import type { QuizAttempt, ShownQuestion } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { Note } from "@/features/shell/Note";
import { CodeSpans } from "@/features/texts/CodeSpans";

/** A submitted attempt: its score, and for each question what was answered and whether it was right. */
export async function QuizResult({ attempt }: { attempt: QuizAttempt }) {
  const [t, format] = [await getTranslations("learn"), await getFormatter()];
  const right = attempt.questions.filter((question) => question.right).length;
  const total = attempt.questions.length;
  const needed = format.number(attempt.pass_percentage / 100, { style: "percent" });
  return (
    <section className="stack" aria-labelledby="result">
      <h2 id="result">{t("quiz.result", { number: attempt.number })}</h2>
      <Note
        kind={attempt.passed ? "ok" : "warn"}
        icon={attempt.passed ? "check" : "alert"}
        title={attempt.passed ? t("quiz.passed") : t("quiz.notPassed")}
      >
        {t("quiz.rightOf", { right, total, needed })}
      </Note>
      <ol className="list">
        {attempt.questions.map((question) => (
          <AnsweredQuestion key={question.number} question={question} />
        ))}
      </ol>
    </section>
  );
}

async function AnsweredQuestion({ question }: { question: ShownQuestion }) {
  const t = await getTranslations("learn");
  const { number, prompt, right, feedback } = question;
  const answers = answersOf(question);
  return (
    <li className="stack tight">
      <h3>
        {number}. <CodeSpans text={prompt} />
      </h3>
      <p className="row">
        <span className={`badge ${right ? "ok" : "warn"}`}>
          <Icon name={right ? "check" : "alert"} />
          {right ? t("quiz.right") : t("quiz.wrong")}
        </span>
      </p>
      {answers.length ? (
        <p>
          <span className="soft">{t("quiz.yourAnswer")}</span>{" "}
          <CodeSpans text={answers.join(" · ")} />
        </p>
      ) : (
        <p className="soft">{t("quiz.noAnswer")}</p>
      )}
      {feedback && (
        <p className="why">
          <span>
            <CodeSpans text={feedback} />
          </span>
        </p>
      )}
    </li>
  );
}

function answersOf({ answer, options }: ShownQuestion): string[] {
  if (answer?.text) {
    return [answer.text];
  }
  return (answer?.choices ?? []).flatMap((number) => options[number - 1] ?? []);
}
