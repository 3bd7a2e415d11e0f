import "server-only";
import { cache } from "react";
import { organizationsList } from "@/api/core";
import { core, got } from "@/server/caller";
import { me } from "@/server/me";

/** The organizations whose members the caller may manage: all for an admin, the own for others. */
export const managedOrganizations = cache(async () => {
  const [user, organizations] = await Promise.all([
    me(),
    got(organizationsList({ client: core, query: { page_size: 100 } })),
  ]);
  const found = organizations.data?.results ?? [];
  const own = found.filter(({ id }) => user.role === "admin" || id === user.organization);
  return { organizations: own, problem: organizations.problem ?? null };
});
