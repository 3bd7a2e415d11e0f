import "server-only";
import { type Program, type ProgramVersion, programsListVersions } from "@/api/core";
import { programs } from "@/features/learn/catalogue";
import { core, load, type Refusal } from "@/server/caller";

export interface NamedVersion extends Pick<ProgramVersion, "id" | "number"> {
  title: string;
}

type VersionsResult =
  | { data: NamedVersion[]; problem?: undefined }
  | { data?: undefined; problem: Refusal };

/** The versions of the programs that are not retired, the newest of each first. */
export async function programVersions(): Promise<VersionsResult> {
  const listed = await programs();
  if (listed.problem) {
    return listed;
  }
  const found = await Promise.all(listed.data.map(versionsOf));
  const refused = found.find(({ problem }) => problem);
  return refused?.problem
    ? { problem: refused.problem }
    : { data: found.flatMap(({ data }) => data ?? []) };
}

async function versionsOf({ id, title }: Program): Promise<VersionsResult> {
  const path = { program_id: id };
  const { data, problem } = await load(
    programsListVersions({ client: core, path, query: { page_size: 100 } }),
  );
  return problem ? { problem } : { data: data.results.map((one) => ({ ...one, title })) };
}
