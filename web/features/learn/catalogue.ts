import "server-only";
import { cache } from "react";
import { contentList, contentRead, type Program, programsList, progressList } from "@/api/core";
import { core, type LoadResult, load, type Refusal } from "@/server/caller";
import { Catalogue, ProgressBook } from "./books";

export type ReadResult<T> =
  | { data: T; problem?: undefined }
  | { data?: undefined; problem: Refusal };
export type ListResult<T> = ReadResult<T[]>;

const PAGE_SIZE = 100;
const MAX_PAGES = 20;
/** The catalogue is the same for every user, and changes seldom. */
const CATALOGUE_MS = 60_000;

/** All rows of a list that has at most a few thousand. */
export async function allPages<T>(
  read: (query: {
    page: number;
    page_size: number;
  }) => Promise<LoadResult<{ count: number; results: T[] }>>,
): Promise<ListResult<T>> {
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

type Cached = { catalogue: Catalogue; until: number };
let cached: Cached | null = null;

/** What is on offer, at most a minute old. */
export const catalogue = cache(
  async (): Promise<
    { data: Catalogue; problem?: undefined } | { data?: undefined; problem: Refusal }
  > => {
    if (cached && cached.until > Date.now()) {
      return { data: cached.catalogue };
    }
    const listed = await allPages((query) => load(contentList({ client: core, query })));
    if (!listed.data) {
      return listed;
    }
    cached = { catalogue: new Catalogue(listed.data), until: Date.now() + CATALOGUE_MS };
    return { data: cached.catalogue };
  },
);

export const programs = cache(
  async (): Promise<ListResult<Program>> =>
    allPages((query) => load(programsList({ client: core, query }))),
);

/** One item, retired ones too. */
export const readContent = cache(async (contentId: string) =>
  load(contentRead({ client: core, path: { content_id: contentId } })),
);

/** The caller's own progress. */
export const ownProgress = cache(
  async (): Promise<
    { data: ProgressBook; problem?: undefined } | { data?: undefined; problem: Refusal }
  > => {
    const listed = await allPages((query) => load(progressList({ client: core, query })));
    return listed.data ? { data: new ProgressBook(listed.data) } : listed;
  },
);
