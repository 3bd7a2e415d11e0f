import "server-only";
import { getTranslations } from "next-intl/server";
import { cache } from "react";
import { mentorsRead, type User, usersRead } from "@/api/core";
import { core, load } from "@/server/caller";

const user = cache(async (user_id: number): Promise<User | null> => {
  const { data } = await load(usersRead({ client: core, path: { user_id } }));
  return data ?? null;
});

const mentor = cache(async (mentor_id: number): Promise<string | null> => {
  const { data } = await load(mentorsRead({ client: core, path: { mentor_id } }));
  return data?.name ?? null;
});

/** The name of a user, empty if they gave none. */
export function fullName({ first_name, last_name }: { first_name: string; last_name: string }) {
  return `${first_name} ${last_name}`.trim();
}

/** Names by the ids of users, as far as the caller may read them. */
async function namesOf(ids: (number | null)[]): Promise<(id: number | null) => string | null> {
  const unique = [...new Set(ids)].filter((id) => id !== null);
  const found = await Promise.all(unique.map(user));
  const names = new Map(unique.map((id, place) => [id, found[place]]));
  return (id) => {
    const known = id === null ? null : names.get(id);
    return known ? fullName(known) : null;
  };
}

/** Names of learners by their ids, as far as the caller may read them; else with the id. */
export async function learnerNames(ids: number[]): Promise<(id: number | null) => string> {
  const [t, nameOf] = await Promise.all([getTranslations("mentorship"), namesOf(ids)]);
  return (id) => nameOf(id) || t("learnerNumber", { id: id ?? 0 });
}

/** Says who a user is by the id and the name that an answer has; a null id is an erased account. */
export async function userTexts(): Promise<(id: number | null, name: string | null) => string> {
  const t = await getTranslations("mentorship");
  return (id, name) => (id === null ? t("erased") : name || t("accountNumber", { id }));
}

/** As `learnerNames`, of users with any role; null is somebody whose account was erased. */
export async function userNames(ids: (number | null)[]): Promise<(id: number | null) => string> {
  const [textOf, nameOf] = await Promise.all([userTexts(), namesOf(ids)]);
  return (id) => textOf(id, nameOf(id));
}

/** As a learner sees them. */
export async function mentorNames(ids: (number | null)[]): Promise<(id: number | null) => string> {
  const t = await getTranslations("mentorship");
  const unique = [...new Set(ids)].filter((id) => id !== null);
  const found = await Promise.all(unique.map(mentor));
  const names = new Map(unique.map((id, place) => [id, found[place]]));
  return (id) => (id === null ? null : names.get(id)) || t("mentorUnnamed");
}
