import "server-only";
import type { EmptyKind, Recommendation } from "@/api/ai";
import type { Content, User } from "@/api/core";
import type { ProgressBook } from "@/features/learn/books";
import { catalogue, ownProgress } from "@/features/learn/catalogue";
import { courseState } from "@/features/learn/courses";
import type { Refusal } from "@/server/caller";
import { item, recommended } from "./data";
import { newestFirst, submissions } from "./submissions";

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
  if (!own.data) {
    return null;
  }
  const waiting = new Set(sent.filter(({ wait }) => wait).map(({ mission }) => mission.content_id));
  const open = own.data.rows.filter(
    ({ status, content_id }) => status === "in_progress" && !waiting.has(content_id),
  );
  const row = open.sort(newestFirst)[0];
  const found = row && (await item(row.content_id));
  return found
    ? {
        kind: "goOn",
        item: found,
        percentage: row.completion_percentage,
        modules: await modulesOf(found, own.data),
      }
    : null;
}

/** Of the course that an item is, or is a module of; null if it has no modules. */
async function modulesOf(found: Content, own: ProgressBook): Promise<Modules | null> {
  const { data: offered } = await catalogue();
  const courseId = found.content_type === "course" ? found.content_id : found.course_id;
  const course = courseId ? offered?.byId.get(courseId) : undefined;
  if (!offered || !course) {
    return null;
  }
  const { modules, done, of } = courseState(course, offered, own);
  return modules.length > 0 ? { course: course.title, done, of } : null;
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
