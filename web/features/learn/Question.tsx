"use client";

import type { QuestionAnswerRequest, ShownQuestion } from "@/api/core";
import { CodeSpans } from "@/features/texts/CodeSpans";
import { OrderedOptions } from "./OrderedOptions";
import type { QuizTexts } from "./QuizForm";

interface Properties {
  question: ShownQuestion;
  given: QuestionAnswerRequest | undefined;
  texts: QuizTexts;
  onAnswer: (answer: QuestionAnswerRequest) => void;
}

/** One question with the controls of its kind. */
export function Question({ question, given, texts, onAnswer }: Properties) {
  const { number, kind, prompt, options } = question;
  const name = `question-${number}`;
  const choices = given?.choices ?? [];
  return (
    <fieldset className="choices">
      <legend>
        {number}. <CodeSpans text={prompt} />
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
            <span>
              <CodeSpans text={option} />
            </span>
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
