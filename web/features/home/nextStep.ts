import "server-only";
import type { EmptyKind, Recommendation } from "@/api/ai";
import { type Action, type Content, missionsList, type Progress, type User } from "@/api/core";
import type { ProgressBook } from "@/features/learn/books";
import { allPages, catalogue, ownProgress } from "@/features/learn/catalogue";
import { courseState } from "@/features/learn/courses";
import { core, load, type Refusal } from "@/server/caller";
import { item, overview, recommended } from "./data";
import { addressOf, dueSoon } from "./steps";

/** How far a course is, in modules that are completed. */
export interface Modules {
  course: string;
  done: number;
  of: number;
}

export type NextStep =
  | { kind: "profile" }
  | { kind: "act"; action: Action; href: string }
  | { kind: "goOn"; item: Content; percentage: number; modules: Modules | null }
  | { kind: "begin"; recommendation: Recommendation; item: Content | null }
  | { kind: "none"; why: EmptyKind }
  | { kind: "unknown"; problem: Refusal };

/**
 * The one thing to do next: to find a track, else what is due within days, else to go on with what was
 * touched last, else what a program requires, else what is recommended first. Work that waits for a
 * review is no step of the learner's.
 */
export async function nextStep(user: User): Promise<NextStep> {
  if (!user.track) {
    return { kind: "profile" };
  }
  const { data } = await overview();
  const actions = data?.actions ?? [];
  const act = (action: Action | null | undefined): NextStep | null =>
    data && action ? { kind: "act", action, href: addressOf(action, data.programs) } : null;
  return (
    act(dueSoon(actions, Date.now())) ??
    (await begun()) ??
    act(actions[0]) ??
    (await firstRecommended())
  );
}

/** What of the step stands in other lists, too. */
export function subjectOf(step: NextStep): { id: string; title: string } | null {
  switch (step.kind) {
    case "act":
      return { id: step.action.subject, title: step.action.title };
    case "goOn":
      return { id: step.item.content_id, title: step.item.title };
    case "begin":
      return { id: step.recommendation.content_id, title: step.recommendation.title };
    default:
      return null;
  }
}

async function begun(): Promise<NextStep | null> {
  const own = await ownProgress();
  if (!own.data) {
    return null;
  }
  const open = own.data.rows.filter(({ status }) => status === "in_progress").sort(newestFirst);
  const waiting = open.some(isMission) ? await inReview() : new Set();
  const row = open.find(({ content_id }) => !waiting.has(content_id));
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

function newestFirst(one: Progress, other: Progress): number {
  return other.updated_at.localeCompare(one.updated_at);
}

function isMission({ content_type }: Progress): boolean {
  return content_type === "mission";
}

/** The items whose missions have work that waits for a review. */
async function inReview(): Promise<Set<string>> {
  const { data } = await overview();
  const waiting = new Set(data?.reviews.map(({ mission }) => mission));
  if (waiting.size === 0) {
    return new Set();
  }
  const missions = await allPages((query) => load(missionsList({ client: core, query })));
  const found = missions.data?.filter(({ id }) => waiting.has(id)) ?? [];
  return new Set(found.flatMap(({ content_id }) => content_id ?? []));
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
