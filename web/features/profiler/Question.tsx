import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { profilingListQuestions, type QuestionShown, type SessionProgress } from "@/api/ai";
import { ServerForm } from "@/features/forms/ServerForm";
import { Icon } from "@/features/shell/Icon";
import { Note } from "@/features/shell/Note";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { ai, load } from "@/server/caller";
import { questionAddress } from "./addresses";
import { Refused } from "./Refused";

interface Properties {
  progress: SessionProgress;
  query: Record<string, string | undefined>;
}

/** One question, with the answer it has if the learner came back to it. */
export async function Question({ progress, query }: Properties) {
  const { answers, session_id: session, next_question: due } = progress;
  const place = answers.findIndex((one) => one.question_id === query.question);
  const answered = answers[place];
  const { question, problem } = answered
    ? await answeredQuestion(progress.questionnaire, answered.question_id)
    : { question: due };
  if (!question) {
    return problem ? <Refused problem={problem} /> : redirect(questionAddress(session));
  }
  const t = await getTranslations("profiler");
  const before = answers[(answered ? place : answers.length) - 1];
  return (
    <>
      {query.elsewhere && (
        <Note kind="info" icon="alert" title={t("elsewhere.title")}>
          {t("elsewhere.text")}
        </Note>
      )}
      <ServerForm name="profiler" query={query}>
        <Progress number={(answered ? place : answers.length) + 1} progress={progress} />
        <Choices question={question} chosen={answered?.option_id} />
        <Actions before={before && questionAddress(session, before.question_id)} />
        {answers.length > 0 && (
          <p className="sync accepted">
            <Icon name="check" /> {t("accepted", { answered: answers.length })}
          </p>
        )}
        <input type="hidden" name="session" value={session} />
        <input type="hidden" name="question" value={question.id} />
        <input type="hidden" name="recorded" value={answered?.option_id ?? ""} />
      </ServerForm>
    </>
  );
}

async function Actions({ before }: { before: string | undefined }) {
  const t = await getTranslations("profiler");
  return (
    <div className="acts">
      <button type="submit" className="btn next">
        {t("next")}
      </button>
      {before && (
        <a className="btn" href={before}>
          {t("back")}
        </a>
      )}
      <a className="btn quiet" href="/dashboard/student">
        {t("stop")}
      </a>
    </div>
  );
}

async function answeredQuestion(questionnaire: string, id: string) {
  // A session has a questionnaire that ai knows, or ai refuses to read it.
  const query = { questionnaire: questionnaire as "v1" | "v2" };
  const { data, problem } = await load(profilingListQuestions({ client: ai, query }));
  return { question: data?.questions.find((one) => one.id === id), problem };
}

/** How far it is: the questions that come for certain, and thin those that may come. */
async function Progress({ number, progress }: { number: number; progress: SessionProgress }) {
  const t = await getTranslations("profiler");
  const { required, total } = progress;
  const range = number > required ? t("atMost", { total }) : t("range", { required, total });
  return (
    <div>
      <p className="row apart">
        <strong>{t("question", { number })}</strong>
        <span className="soft small">{range}</span>
      </p>
      <ProgressDashes done={number - 1} of={required} maybe={total - required} here />
    </div>
  );
}

async function Choices({ question, chosen }: { question: QuestionShown; chosen?: string }) {
  const t = await getTranslations("profiler");
  return (
    <fieldset className="choices">
      <legend>
        <h1 className="ask" lang="en">
          {question.text}
        </h1>
      </legend>
      <p className="hint">{t("hint")}</p>
      {question.options.map(({ id, text }, place) => (
        <label className="choice" key={id}>
          <input
            type="radio"
            name="option"
            id={place === 0 ? "option" : undefined}
            value={id}
            autoComplete="off"
            defaultChecked={id === chosen}
          />
          <span lang="en">{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
