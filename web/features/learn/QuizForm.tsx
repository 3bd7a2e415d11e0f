"use client";

import { type FormEvent, useEffect, useRef, useState } from "react";
import type { QuestionAnswerRequest, ShownQuestion } from "@/api/core";
import { apiGateway } from "@/client/apiGateway";
import { type Sentences, sentenceOf } from "@/client/sentences";
import { Icon } from "@/features/shell/Icon";
import { OrderedOptions, type OrderTexts } from "./OrderedOptions";

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

type Answers = Record<number, QuestionAnswerRequest>;

/** The questions of an open attempt. Answers are kept on the device until they are handed in. */
export function QuizForm(properties: Properties) {
  const { userId, quizId, attemptId, questions, next, texts, sentences } = properties;
  const place = `quiz:${userId}:${attemptId}`;
  const [answers, setAnswers] = useState<Answers>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const sending = useRef(false);
  const key = useRef("");

  useEffect(() => setAnswers(keptAnswers(place)), [place]);

  function answer(one: QuestionAnswerRequest): void {
    const changed = { ...answers, [one.question]: one };
    setAnswers(changed);
    key.current = ""; // other answers are another request
    try {
      localStorage.setItem(place, JSON.stringify(changed));
    } catch {
      // They stay in this page until they are handed in.
    }
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (sending.current) {
      return;
    }
    sending.current = true;
    setSending(true);
    setProblem(null);
    key.current ||= crypto.randomUUID();
    const body = { answers: questions.flatMap(({ number }) => answered(answers[number])) };
    const path = `/quizzes/${quizId}/attempts/${attemptId}/submit/`;
    try {
      await apiGateway.post(path, body, { idempotencyKey: key.current });
      localStorage.removeItem(place);
      location.assign(next);
      return;
    } catch (error) {
      setProblem(sentenceOf(error, sentences));
    }
    sending.current = false;
    setSending(false);
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
      {problem && (
        <p className="error" role="alert">
          <Icon name="alert" className="s" />
          {problem}
        </p>
      )}
      <div className="acts">
        <button type="submit" className="btn next" disabled={isSending}>
          {texts.submit}
        </button>
      </div>
    </form>
  );
}

interface QuestionProperties {
  question: ShownQuestion;
  given: QuestionAnswerRequest | undefined;
  texts: QuizTexts;
  onAnswer: (answer: QuestionAnswerRequest) => void;
}

function Question({ question, given, texts, onAnswer }: QuestionProperties) {
  const { number, kind, prompt, options } = question;
  const name = `question-${number}`;
  const choices = given?.choices ?? [];
  return (
    <fieldset className="choices">
      <legend>
        {number}. {prompt}
      </legend>
      <p className="hint">{texts.choose[kind]}</p>
      {kind === "text" && (
        <div className="field">
          <input
            name={name}
            maxLength={200}
            aria-label={texts.answer}
            autoComplete="off"
            value={given?.text ?? ""}
            onChange={(event) => onAnswer({ question: number, text: event.target.value })}
          />
        </div>
      )}
      {kind === "order" && (
        <OrderedOptions
          options={options}
          order={choices}
          texts={texts.order}
          onOrder={(ordered) => onAnswer({ question: number, choices: ordered })}
        />
      )}
      {(kind === "single" || kind === "multiple") &&
        options.map((option, index) => (
          <label className="choice" key={option}>
            <input
              type={kind === "single" ? "radio" : "checkbox"}
              name={name}
              checked={choices.includes(index + 1)}
              onChange={() =>
                onAnswer({ question: number, choices: chosen(choices, index + 1, kind) })
              }
            />
            <span>{option}</span>
          </label>
        ))}
    </fieldset>
  );
}

function chosen(choices: number[], one: number, kind: "single" | "multiple"): number[] {
  if (kind === "single") {
    return [one];
  }
  const rest = choices.filter((choice) => choice !== one);
  return rest.length < choices.length ? rest : [...choices, one].sort((a, b) => a - b);
}

/** The answer, unless it says nothing. */
function answered(answer: QuestionAnswerRequest | undefined): QuestionAnswerRequest[] {
  return answer?.choices?.length || answer?.text?.trim() ? [answer] : [];
}

function keptAnswers(place: string): Answers {
  try {
    return JSON.parse(localStorage.getItem(place) ?? "{}") as Answers;
  } catch {
    return {};
  }
}
