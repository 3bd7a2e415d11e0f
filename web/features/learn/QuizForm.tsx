"use client";

import { type FormEvent, useEffect, useState } from "react";
import type { QuestionAnswerRequest, ShownQuestion } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import type { Sentences } from "@/client/sentences";
import { useSend } from "@/client/useSend";
import { ErrorText } from "@/features/texts/ErrorText";
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
  sentences: Sentences;
}

/** The questions of an open attempt. Answers are kept on the device until they are handed in. */
export function QuizForm(properties: Properties) {
  const { userId, quizId, attemptId, questions, next, texts, sentences } = properties;
  const [answers, setAnswers] = useState<Answers>({});
  const { isSending, problem, send } = useSend(sentences);

  useEffect(() => setAnswers(keptAnswers(userId, attemptId)), [userId, attemptId]);

  function answer(one: QuestionAnswerRequest): void {
    const changed = { ...answers, [one.question]: one };
    setAnswers(changed);
    keepAnswers(userId, attemptId, changed);
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const body = { answers: questions.flatMap(({ number }) => answered(answers[number])) };
    await send(JSON.stringify(body), async (idempotencyKey) => {
      const path = `/quizzes/${quizId}/attempts/${attemptId}/submit/`;
      await apiGateway.post(path, body, { idempotencyKey });
      dropAnswers(userId, attemptId);
      location.assign(next);
      return true;
    });
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
      <ErrorText text={problem} />
      <div className="acts">
        <button type="submit" className="btn next" disabled={isSending}>
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
