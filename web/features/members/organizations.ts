import "server-only";
import { cache } from "react";
import { type Membership, membershipsList, organizationsList } from "@/api/core";
import { allPages, type ListResult } from "@/features/learn/catalogue";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

/** The roles of a user, as far as the caller may read them. */
export function membershipsOf(user: number): Promise<ListResult<Membership>> {
  return allPages((query) => load(membershipsList({ client: core, query: { user, ...query } })));
}

/** The organizations that the caller manages: all for who does so on the platform. */
export const managedOrganizations = cache(async () => {
  const user = await me();
  const [memberships, organizations] = await Promise.all([
    membershipsOf(user.id),
    allPages((query) => load(organizationsList({ client: core, query }))),
  ]);
  const found = organizations.data ?? [];
  const held = memberships.data?.filter(({ role }) => role === "director") ?? [];
  const isOfAll = user.role === "admin" || held.some(({ scope }) => scope === "platform");
  const ids = held.map(({ organization }) => organization);
  const managed = found.filter(({ id }) => isOfAll || ids.includes(id));
  return { organizations: managed, problem: organizations.problem ?? memberships.problem ?? null };
});
