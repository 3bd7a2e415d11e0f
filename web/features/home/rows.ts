import "server-only";
import type { Got, Refusal } from "@/server/caller";

/** Data, or why there is none. */
export type Known<T> = { data: T; problem?: undefined } | { data?: undefined; problem: Refusal };

interface Page<T> {
  count: number;
  results: T[];
}

const PAGE_SIZE = 100;
const MOST_PAGES = 10;

/** All rows of a list of core, up to a thousand. */
export async function allRows<T>(
  read: (page: { page: number; page_size: number }) => Promise<Got<Page<T>>>,
): Promise<Known<T[]>> {
  const first = await read({ page: 1, page_size: PAGE_SIZE });
  if (first.problem) {
    return { problem: first.problem };
  }
  const pages = Math.min(MOST_PAGES, Math.ceil(first.data.count / PAGE_SIZE));
  const numbers = Array.from({ length: Math.max(0, pages - 1) }, (_, place) => place + 2);
  const rest = await Promise.all(numbers.map((page) => read({ page, page_size: PAGE_SIZE })));
  const refused = rest.find(({ problem }) => problem)?.problem;
  return refused
    ? { problem: refused }
    : { data: [first, ...rest].flatMap(({ data }) => data?.results ?? []) };
}
