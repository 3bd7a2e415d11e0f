import "server-only";
import { cache } from "react";
import { type Content, type Progress, type Quiz, quizzesList } from "@/api/core";
import { core, load } from "@/server/caller";
import { catalogue, ownProgress, programs, readContent } from "./catalogue";

/** The quiz of an item, or null if it has none or that is not known. */
export const quizOf = cache(async (contentId: string): Promise<Quiz | null> => {
  const query = { content: contentId };
  const { data } = await load(quizzesList({ client: core, query }));
  return data?.results[0] ?? null;
});

/** What stands around an item: its course, the modules beside it, and what comes first. */
export interface ItemContext {
  course: Content | null;
  /** Of the course, in order; empty for an item without one. */
  siblings: Content[];
  missing: { id: string; title: string }[];
  isRequired: boolean;
  progress: Progress | null;
}

export async function contextOf(item: Content): Promise<ItemContext> {
  const [offered, own, listed, course] = await Promise.all([
    catalogue(),
    ownProgress(),
    programs(),
    item.course_id ? readContent(item.course_id) : null,
  ]);
  const open = item.prerequisites.filter((id) => {
    const first = offered.data?.byId.get(id);
    return first && own.data && !own.data.isCovered(first);
  });
  const program = listed.data?.find(({ slug }) => slug === item.program);
  const progress = own.data?.of(item.content_id) ?? null;
  return {
    course: course?.data ?? null,
    siblings: item.course_id ? (offered.data?.modulesOf(item.course_id) ?? []) : [],
    missing: progress ? [] : (offered.data?.titlesOf(open) ?? []),
    isRequired: program?.prerequisites_policy === "require",
    progress,
  };
}
