import "server-only";
import { cache } from "react";
import {
  type Content,
  contentList,
  contentRead,
  type Program,
  type Progress,
  programsList,
  progressList,
} from "@/api/core";
import { core, type Got, got, type Refusal } from "@/server/caller";

export type Listed<T> = { data: T[]; problem?: undefined } | { data?: undefined; problem: Refusal };

const PAGE_SIZE = 100;
const MAX_PAGES = 20;
/** The catalogue is the same for every user, and changes seldom. */
const CATALOGUE_MS = 60_000;

/** All rows of a list that has at most a few thousand. */
export async function allPages<T>(
  read: (query: {
    page: number;
    page_size: number;
  }) => Promise<Got<{ count: number; results: T[] }>>,
): Promise<Listed<T>> {
  const first = await read({ page: 1, page_size: PAGE_SIZE });
  if (!first.data) {
    return { problem: first.problem };
  }
  const pages = Math.min(MAX_PAGES, Math.ceil(first.data.count / PAGE_SIZE));
  const rest = await Promise.all(
    Array.from({ length: Math.max(0, pages - 1) }, (_, index) =>
      read({ page: index + 2, page_size: PAGE_SIZE }),
    ),
  );
  const refused = rest.find((page) => page.problem);
  if (refused?.problem) {
    return { problem: refused.problem };
  }
  return { data: [first, ...rest].flatMap((page) => page.data?.results ?? []) };
}

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

type Held = { catalogue: Catalogue; until: number };
let held: Held | null = null;

/** What is on offer, at most a minute old. */
export const catalogue = cache(
  async (): Promise<
    { data: Catalogue; problem?: undefined } | { data?: undefined; problem: Refusal }
  > => {
    if (held && held.until > Date.now()) {
      return { data: held.catalogue };
    }
    const listed = await allPages((query) => got(contentList({ client: core, query })));
    if (!listed.data) {
      return listed;
    }
    held = { catalogue: new Catalogue(listed.data), until: Date.now() + CATALOGUE_MS };
    return { data: held.catalogue };
  },
);

export const programs = cache(
  async (): Promise<Listed<Program>> =>
    allPages((query) => got(programsList({ client: core, query }))),
);

/** One item, retired ones too. */
export const readContent = cache(async (contentId: string) =>
  got(contentRead({ client: core, path: { content_id: contentId } })),
);

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

/** The caller's own progress. */
export const ownProgress = cache(
  async (): Promise<
    { data: ProgressBook; problem?: undefined } | { data?: undefined; problem: Refusal }
  > => {
    const listed = await allPages((query) => got(progressList({ client: core, query })));
    return listed.data ? { data: new ProgressBook(listed.data) } : listed;
  },
);
