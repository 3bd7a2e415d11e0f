import "server-only";
import { type Content, type Mission, missionsList } from "@/api/core";
import { core, load } from "@/server/caller";

const QUERY_MAX = 100;

/** The mission of an item of the catalogue; null for one that is completed on the learner's word. */
export async function missionOf(item: Content): Promise<Mission | null> {
  const query = { q: item.title.slice(0, QUERY_MAX), page_size: 100 };
  const { data } = await load(missionsList({ client: core, query }));
  return data?.results.find(({ content_id }) => content_id === item.content_id) ?? null;
}
