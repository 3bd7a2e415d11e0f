import "server-only";
import { cohortsList, type Membership, organizationsList } from "@/api/core";
import { core, load } from "@/server/caller";

export interface Option {
  value: string;
  label: string;
}

export interface Places {
  organizations: Option[];
  cohorts: Option[];
  /** Empty for what the caller may not read, and for the platform. */
  nameOf: (membership: Membership) => string;
}

/** The organizations and cohorts that the caller reads, at most a hundred of each. */
export async function readPlaces(): Promise<Places> {
  const query = { page_size: 100 };
  const [organizations, cohorts] = await Promise.all([
    load(organizationsList({ client: core, query })),
    load(cohortsList({ client: core, query })),
  ]);
  const options = (rows: { id: number | string; name: string }[] | undefined) =>
    (rows ?? []).map(({ id, name }) => ({ value: `${id}`, label: name }));
  const known = {
    organizations: options(organizations.data?.results),
    cohorts: options(cohorts.data?.results),
  };
  const nameOf = ({ organization, cohort }: Membership) =>
    [...known.organizations, ...known.cohorts].find(
      ({ value }) => value === `${organization ?? cohort}`,
    )?.label ?? "";
  return { ...known, nameOf };
}
