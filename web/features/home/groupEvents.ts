import "server-only";
import { groupSessionsList, type OverviewEvent } from "@/api/core";
import { allPages } from "@/features/learn/catalogue";
import { core, load } from "@/server/caller";

/** Sessions of groups to come in which the learner has a seat; none while they are not known. */
export async function groupEvents(): Promise<OverviewEvent[]> {
  const { data } = await allPages((query) => load(groupSessionsList({ client: core, query })));
  const coming = data?.filter(
    ({ has_seat, cancelled_at, ends_at }) =>
      has_seat && cancelled_at === null && Date.parse(ends_at) > Date.now(),
  );
  return (coming ?? []).map(({ id, title, starts_at, ends_at }) => ({
    kind: "session",
    id,
    title,
    starts_at,
    ends_at,
  }));
}
