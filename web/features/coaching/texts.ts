import type messages from "@/messages/en";

/** Texts of client components, as the catalogue has them: without anything to fill in. */
type Coaching = (typeof messages)["coaching"];

export type HabitTexts = Coaching["habit"];
export type HabitFormTexts = Coaching["habitForm"];
export type GoalTexts = Coaching["goal"];
export type GoalFormTexts = Coaching["goalForm"];
export type ReflectionTexts = Coaching["reflection"];
export type VersionTexts = Coaching["versions"];
