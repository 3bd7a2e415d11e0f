import type { QuestionAnswerRequest } from "@/api/core";

/** By the number of the question. */
export type Answers = Record<number, QuestionAnswerRequest>;

const placeOf = (userId: number, attemptId: string): string => `quiz:${userId}:${attemptId}`;

export function keptAnswers(userId: number, attemptId: string): Answers {
  try {
    return JSON.parse(localStorage.getItem(placeOf(userId, attemptId)) ?? "{}") as Answers;
  } catch {
    return {};
  }
}

/** Where the device keeps nothing they stay in the page until they are handed in. */
export function keepAnswers(userId: number, attemptId: string, answers: Answers): void {
  try {
    localStorage.setItem(placeOf(userId, attemptId), JSON.stringify(answers));
  } catch {
    return;
  }
}

export function dropAnswers(userId: number, attemptId: string): void {
  try {
    localStorage.removeItem(placeOf(userId, attemptId));
  } catch {
    return;
  }
}
