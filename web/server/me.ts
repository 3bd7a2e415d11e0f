import "server-only";
import { cache } from "react";
import {
  type Membership,
  membershipsList,
  notificationsUnread,
  type Role,
  type User,
  usersReadMe,
} from "@/api/core";
import { core, load, requireSession } from "./caller";
import { Unavailable } from "./unavailable";

const HIGHEST_FIRST: Role[] = ["admin", "director", "mentor", "sponsor"];

/**
 * The signed-in user, with the highest role that they hold: who was invited holds it by a membership.
 * Leads to the log-in without a user. Raises `Unavailable`.
 */
export const me = cache(async (): Promise<User> => {
  const { user_id: user } = await requireSession();
  const [{ data }, { data: held }] = await Promise.all([
    load(usersReadMe({ client: core })),
    load(membershipsList({ client: core, query: { user, page_size: 100 } })),
  ]);
  if (!data || !held) {
    throw new Unavailable("core");
  }
  return data.role === "learner" ? { ...data, role: highestRole(held.results) } : data;
});

function highestRole(memberships: Membership[]): Role {
  const held = new Set(memberships.map(({ role }) => role));
  return HIGHEST_FIRST.find((role) => held.has(role)) ?? "learner";
}

/** Null while it is not known. */
export async function unreadCount(): Promise<number | null> {
  await requireSession();
  const { data } = await load(notificationsUnread({ client: core }));
  return data?.unread ?? null;
}
