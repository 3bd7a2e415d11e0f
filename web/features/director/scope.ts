import "server-only";
import { notFound } from "next/navigation";
import { cohortsRead } from "@/api/core";
import { core, load } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The cohort that a page is about; null for all that the caller manages. */
export interface Scope {
  cohort: { id: string; name: string } | null;
  /** For the API. */
  query: { cohort?: string };
}

/** What the address names. Leads to "not found" for a cohort that is not there. */
export async function scopeOf(query: Query): Promise<Scope> {
  const id = queryText(query, "cohort");
  if (!id) {
    return { cohort: null, query: {} };
  }
  if (!UUID.test(id)) {
    notFound();
  }
  const { data, problem } = await load(cohortsRead({ client: core, path: { cohort_id: id } }));
  if (problem?.status === 404) {
    notFound();
  }
  return { cohort: { id, name: data?.name ?? "" }, query: { cohort: id } };
}
