import "server-only";
import { cache } from "react";
import { membershipsList, organizationsList } from "@/api/core";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

/** The organizations that the caller manages: all for who does so on the platform. */
export const managedOrganizations = cache(async () => {
  const user = await me();
  const query = { user: user.id, page_size: 100 };
  const [memberships, organizations] = await Promise.all([
    load(membershipsList({ client: core, query })),
    load(organizationsList({ client: core, query: { page_size: 100 } })),
  ]);
  const found = organizations.data?.results ?? [];
  const held = memberships.data?.results.filter(({ role }) => role === "director") ?? [];
  const isOfAll = user.role === "admin" || held.some(({ scope }) => scope === "platform");
  const ids = held.map(({ organization }) => organization);
  const managed = found.filter(({ id }) => isOfAll || ids.includes(id));
  return { organizations: managed, problem: organizations.problem ?? memberships.problem ?? null };
});
