import "server-only";
import { type Enrolment, enrolmentsList } from "@/api/core";
import { core, load } from "@/server/caller";

/** The last enrolment of the user in each cohort, by the cohort's id. */
export async function ownEnrolments(user_id: number): Promise<Map<string, Enrolment>> {
  const { data } = await load(enrolmentsList({ client: core, query: { page_size: 100 } }));
  const own = data?.results.filter(({ user }) => user === user_id) ?? [];
  return new Map(own.map((one) => [one.cohort, one]));
}
