import "server-only";
import { cache } from "react";
import { membershipsList, organizationsList } from "@/api/core";
import { core, got } from "@/server/caller";
import { me } from "@/server/me";

/** The organizations whose members the caller may manage: all for an admin, the own for others. */
export const managedOrganizations = cache(async () => {
  const user = await me();
  const query = { user: user.id, page_size: 100 };
  const [memberships, organizations] = await Promise.all([
    got(membershipsList({ client: core, query })),
    got(organizationsList({ client: core, query: { page_size: 100 } })),
  ]);
  const found = organizations.data?.results ?? [];
  const held = memberships.data?.results.filter(({ role }) => role === "director") ?? [];
  const ids = [user.organization, ...held.map(({ organization }) => organization)];
  const own = found.filter(({ id }) => user.role === "admin" || ids.includes(id));
  return { organizations: own, problem: organizations.problem ?? null };
});
