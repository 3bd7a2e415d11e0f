import "server-only";
import { cohortsList, type Membership, organizationsList } from "@/api/core";
import { allPages } from "@/features/learn/catalogue";
import { core, load, type Refusal } from "@/server/caller";

export interface Option {
  value: string;
  label: string;
}

export interface Places {
  organizations: Option[];
  cohorts: Option[];
  /** Empty for what the caller may not read, and for the platform. */
  nameOf: (membership: Membership) => string;
  problem: Refusal | null;
}

/** The organizations and cohorts that the caller reads, at most as many as `allPages` reads. */
export async function readPlaces(): Promise<Places> {
  const [organizations, cohorts] = await Promise.all([
    allPages((query) => load(organizationsList({ client: core, query }))),
    allPages((query) => load(cohortsList({ client: core, query }))),
  ]);
  const options = (rows: { id: number | string; name: string }[] | undefined) =>
    (rows ?? []).map(({ id, name }) => ({ value: `${id}`, label: name }));
  const schools = new Map(organizations.data?.map(({ id, name }) => [id, name]));
  const known = {
    organizations: options(organizations.data),
    cohorts: (cohorts.data ?? []).map(({ id, name, organization }) => {
      const school = schools.get(organization);
      return { value: id, label: school ? `${name}, ${school}` : name };
    }),
  };
  const nameOf = ({ organization, cohort }: Membership) =>
    [...known.organizations, ...known.cohorts].find(
      ({ value }) => value === `${organization ?? cohort}`,
    )?.label ?? "";
  return { ...known, nameOf, problem: organizations.problem ?? cohorts.problem ?? null };
}
