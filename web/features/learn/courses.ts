import type { Content } from "@/api/core";
import type { Catalogue, ProgressBook } from "./books";

/** How far a learner is with a course. */
export interface CourseState {
  course: Content;
  modules: Content[];
  done: number;
  /** Of modules; 1 for a course without any. */
  of: number;
  isCompleted: boolean;
  isBegun: boolean;
  /** The first module that is not completed, or the course itself. */
  next: Content;
  /** Of the newest report, as a number; 0 before the first. */
  touchedAt: number;
}

export function courseState(
  course: Content,
  catalogue: Catalogue,
  progress: ProgressBook,
): CourseState {
  const modules = catalogue.modulesOf(course.content_id);
  const isCompleted = progress.isCompleted(course.content_id);
  const steps = modules.length ? modules : [course];
  const done = isCompleted ? steps.length : steps.filter((one) => progress.isCovered(one)).length;
  const rows = [course, ...modules].flatMap((one) => progress.of(one.content_id) ?? []);
  return {
    course,
    modules,
    done,
    of: steps.length,
    isCompleted,
    isBegun: !isCompleted && rows.some((row) => row.status !== "not_started"),
    next: steps.find((one) => !progress.isCovered(one)) ?? course,
    touchedAt: Math.max(0, ...rows.map((row) => Date.parse(row.updated_at))),
  };
}

export interface CoursesByState {
  begun: CourseState[];
  done: CourseState[];
  /** Not begun, of the lowest level first. */
  ahead: CourseState[];
}

/** The courses on offer by how far the learner is; the newest first. */
export function coursesByState(catalogue: Catalogue, progress: ProgressBook): CoursesByState {
  const states = catalogue.courses.map((course) => courseState(course, catalogue, progress));
  const newestFirst = (one: CourseState, other: CourseState) => other.touchedAt - one.touchedAt;
  return {
    begun: states.filter((state) => state.isBegun).sort(newestFirst),
    done: states.filter((state) => state.isCompleted).sort(newestFirst),
    ahead: states
      .filter((state) => !state.isBegun && !state.isCompleted)
      .sort((one, other) => one.course.level - other.course.level),
  };
}

export const hrefOf = (contentId: string): string => `/learn/${encodeURIComponent(contentId)}`;
