import type { Role, TableExportKind, TableFormat } from "@/api/core";

/** Tables that can be had as files in the same formats. */
export interface Tables {
  name: "director" | "sponsor";
  kinds: TableExportKind[];
  formats: TableFormat[];
}

const DIRECTOR: Tables = {
  name: "director",
  kinds: ["director_cohorts", "director_at_risk", "director_learners"],
  formats: ["csv", "xlsx"],
};
const SPONSOR: Tables = {
  name: "sponsor",
  kinds: ["sponsor_overview", "sponsor_seats"],
  formats: ["csv", "xlsx", "pdf"],
};
const OF_ROLE: Partial<Record<Role, Tables[]>> = {
  director: [DIRECTOR],
  sponsor: [SPONSOR],
  admin: [DIRECTOR, SPONSOR],
};

/** What a role is offered: of one cohort, the tables that can be about one. */
export function tablesOf(role: Role, isOneCohort: boolean): Tables[] {
  return (OF_ROLE[role] ?? []).map((tables) => ({
    ...tables,
    kinds: tables.kinds.filter((kind) => !isOneCohort || kind !== "sponsor_overview"),
  }));
}
