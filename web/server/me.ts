import "server-only";
import { cache } from "react";
import {
  membershipsList,
  notificationsUnread,
  type Role,
  type User,
  usersReadMe,
} from "@/api/core";
import { core, got, requireSession } from "./caller";
import { Unavailable } from "./unavailable";

const HIGHEST_FIRST: Role[] = ["admin", "director", "mentor", "sponsor"];

/**
 * The signed-in user, with the highest role that they hold: who was invited holds it by a membership.
 * Leads to the log-in without a user. Raises `Unavailable`.
 */
export const me = cache(async (): Promise<User> => {
  await requireSession();
  const { data } = await got(usersReadMe({ client: core }));
  if (!data) {
    throw new Unavailable("core");
  }
  return data.role === "learner" ? { ...data, role: await heldRole(data.id) } : data;
});

async function heldRole(user: number): Promise<Role> {
  const { data } = await got(membershipsList({ client: core, query: { user, page_size: 100 } }));
  const held = new Set(data?.results.map(({ role }) => role));
  return HIGHEST_FIRST.find((role) => held.has(role)) ?? "learner";
}

/** Null while it is not known. */
export async function unreadCount(): Promise<number | null> {
  await requireSession();
  const { data } = await got(notificationsUnread({ client: core }));
  return data?.unread ?? null;
}
