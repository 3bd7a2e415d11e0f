"use client";

import { type FormEvent, useEffect, useState } from "react";
import type { QuestionAnswerRequest, ShownQuestion } from "@/api/core";
import { ApiError, apiGateway } from "@/client/apiGateway";
import { Errors } from "@/features/actions/Errors";
import { useAction } from "@/features/actions/useAction";
import { type Answers, dropAnswers, keepAnswers, keptAnswers } from "./answers";
import type { OrderTexts } from "./OrderedOptions";
import { Question } from "./Question";

export interface QuizTexts {
  submit: string;
  choose: Record<ShownQuestion["kind"], string>;
  answer: string;
  order: OrderTexts;
  /** With {count}: questions without an answer. */
  unanswered: string;
}

interface Properties {
  userId: number;
  quizId: number;
  attemptId: string;
  questions: ShownQuestion[];
  /** Where the result is shown. */
  next: string;
  texts: QuizTexts;
}

/** The questions of an open attempt. Answers are kept on the device until they are handed in. */
export function QuizForm(properties: Properties) {
  const { userId, quizId, attemptId, questions, next, texts } = properties;
  const [answers, setAnswers] = useState<Answers>({});
  const [isLeft, setLeft] = useState(false);
  const { isSending, errors, run } = useAction();

  useEffect(() => setAnswers(keptAnswers(userId, attemptId)), [userId, attemptId]);

  function answer(one: QuestionAnswerRequest): void {
    const changed = { ...answers, [one.question]: one };
    setAnswers(changed);
    keepAnswers(userId, attemptId, changed);
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const body = { answers: questions.flatMap(({ number }) => answered(answers[number])) };
    const path = `/quizzes/${quizId}/attempts/${attemptId}/submit/`;
    const sent = await run(
      (idempotencyKey) => apiGateway.post(path, body, { idempotencyKey }),
      body,
    );
    if (sent !== null && !(sent instanceof ApiError)) {
      dropAnswers(userId, attemptId);
      setLeft(true);
      location.assign(next);
    }
  }

  const left = questions.filter(({ number }) => answered(answers[number]).length === 0).length;
  return (
    <form className="stack wide" onSubmit={submit}>
      {questions.map((question) => (
        <Question
          key={question.number}
          question={question}
          given={answers[question.number]}
          texts={texts}
          onAnswer={answer}
        />
      ))}
      {left > 0 && <p className="meta">{texts.unanswered.replace("{count}", `${left}`)}</p>}
      <Errors errors={errors} />
      <div className="acts">
        <button type="submit" className="btn next" disabled={isSending || isLeft}>
          {texts.submit}
        </button>
      </div>
    </form>
  );
}

/** The answer, unless it says nothing. */
function answered(answer: QuestionAnswerRequest | undefined): QuestionAnswerRequest[] {
  return answer?.choices?.length || answer?.text?.trim() ? [answer] : [];
}
