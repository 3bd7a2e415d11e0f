import "server-only";
import { cache } from "react";
import { notificationsUnread, type User, usersReadMe } from "@/api/core";
import { core, got, requireSession } from "./caller";
import { Unavailable } from "./unavailable";

/** The signed-in user; leads to the log-in without one. Raises `Unavailable`. */
export const me = cache(async (): Promise<User> => {
  await requireSession();
  const { data } = await got(usersReadMe({ client: core }));
  if (!data) {
    throw new Unavailable("core");
  }
  return data;
});

/** Null while it is not known. */
export async function unreadCount(): Promise<number | null> {
  await requireSession();
  const { data } = await got(notificationsUnread({ client: core }));
  return data?.unread ?? null;
}
