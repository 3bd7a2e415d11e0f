import "server-only";
import type { EmptyKind, Recommendation } from "@/api/ai";
import type { Content, Progress, User } from "@/api/core";
import type { Refusal } from "@/server/caller";
import { item, ownProgress, recommended, trackItems } from "./data";
import { submissions } from "./submissions";

/** How far a course is, in modules that are completed. */
export interface Modules {
  course: string;
  done: number;
  of: number;
}

export type NextStep =
  | { kind: "profile" }
  | { kind: "goOn"; item: Content; percentage: number; modules: Modules | null }
  | { kind: "begin"; recommendation: Recommendation; item: Content | null }
  | { kind: "none"; why: EmptyKind }
  | { kind: "unknown"; problem: Refusal };

/**
 * The one thing to do next: to find a track, else to go on with what was touched last, else what is
 * recommended first. Work that waits for a review is no step of the learner's.
 */
export async function nextStep(user: User): Promise<NextStep> {
  if (!user.track) {
    return { kind: "profile" };
  }
  return (await begun()) ?? (await firstRecommended());
}

async function begun(): Promise<NextStep | null> {
  const [own, { data: sent = [] }] = await Promise.all([ownProgress(), submissions()]);
  const waiting = new Set(sent.filter(({ wait }) => wait).map(({ mission }) => mission.content_id));
  const row = own.data?.find(
    ({ status, content_id }) => status === "in_progress" && !waiting.has(content_id),
  );
  const found = row && (await item(row.content_id));
  if (!row || !found) {
    return null;
  }
  const modules = await modulesOf(found, own.data ?? []);
  return { kind: "goOn", item: found, percentage: row.completion_percentage, modules };
}

/** Of the course that an item is, or is a module of; null if it has no modules. */
async function modulesOf(found: Content, own: Progress[]): Promise<Modules | null> {
  const courseId = found.content_type === "course" ? found.content_id : found.course_id;
  const { data: items = [] } = await trackItems(found.track);
  const modules = items.filter(({ course_id }) => course_id !== null && course_id === courseId);
  const course = items.find(({ content_id }) => content_id === courseId);
  if (!course || modules.length === 0) {
    return null;
  }
  const completed = new Set(
    own.filter(({ status }) => status === "completed").map(({ content_id }) => content_id),
  );
  const done = modules.filter(({ content_id }) => completed.has(content_id)).length;
  return { course: course.title, done, of: modules.length };
}

async function firstRecommended(): Promise<NextStep> {
  const { data, problem } = await recommended();
  if (problem) {
    return { kind: "unknown", problem };
  }
  const [first] = data.recommendations;
  return first
    ? { kind: "begin", recommendation: first, item: await item(first.content_id) }
    : { kind: "none", why: data.empty?.kind ?? "nothing_fits" };
}
