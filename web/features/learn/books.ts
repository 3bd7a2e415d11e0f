import type { Content, Progress } from "@/api/core";

/** What is on offer. */
export class Catalogue {
  readonly items: Content[];
  readonly byId: ReadonlyMap<string, Content>;
  readonly courses: Content[];

  constructor(items: Content[]) {
    this.items = items;
    this.byId = new Map(items.map((item) => [item.content_id, item]));
    this.courses = items.filter((item) => item.content_type === "course");
  }

  modulesOf(courseId: string): Content[] {
    const modules = this.items.filter((item) => item.course_id === courseId);
    return modules.sort((one, other) => one.position - other.position);
  }

  /** Titles of items that are on offer. */
  titlesOf(ids: string[]): { id: string; title: string }[] {
    return ids.flatMap((id) => {
      const item = this.byId.get(id);
      return item ? [{ id, title: item.title }] : [];
    });
  }
}

/** How far a learner is with everything they have begun. */
export class ProgressBook {
  readonly rows: Progress[];
  private readonly byId: ReadonlyMap<string, Progress>;

  constructor(rows: Progress[]) {
    this.rows = rows;
    this.byId = new Map(rows.map((row) => [row.content_id, row]));
  }

  of(contentId: string): Progress | null {
    return this.byId.get(contentId) ?? null;
  }

  isCompleted(contentId: string): boolean {
    return this.of(contentId)?.status === "completed";
  }

  /** Whether the item is completed, or the course that it is a module of. */
  isCovered(item: Content): boolean {
    return (
      this.isCompleted(item.content_id) ||
      (item.course_id !== null && this.isCompleted(item.course_id))
    );
  }

  isBegun(contentId: string): boolean {
    const status = this.of(contentId)?.status;
    return status === "in_progress" || status === "failed";
  }
}
