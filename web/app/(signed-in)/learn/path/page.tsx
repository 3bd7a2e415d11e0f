import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { curriculumReadPath } from "@/api/ai";
import { competenciesList } from "@/api/core";
import { Gaps } from "@/features/curriculum/Gaps";
import { Missing } from "@/features/curriculum/Missing";
import { Path } from "@/features/curriculum/Path";
import { RoleForm } from "@/features/curriculum/RoleForm";
import { askedRole } from "@/features/curriculum/roles";
import { ProblemState } from "@/features/shell/Problem";
import { ai, core, load, requireSession } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("curriculum"))("title") };
}

/** The way to a role, and the skills that it needs. */
export default async function Page({ searchParams }: { searchParams: Promise<Query> }) {
  await requireSession();
  const role = askedRole(queryText(await searchParams, "role"));
  const [t, roles, path] = await Promise.all([
    getTranslations("curriculum"),
    load(competenciesList({ client: core, query: { page_size: 100 } })),
    load(curriculumReadPath({ client: ai, query: role ? { role } : {} })),
  ]);
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("lead")}</p>
      </div>
      <div className="stack wide">
        <RoleForm roles={roles.data?.results ?? []} asked={role} />
        {path.problem && <ProblemState problem={path.problem} />}
        {path.data && (
          <>
            <Missing parts={path.data.missing} />
            <Path path={path.data} />
            {path.data.state === "known" && <Gaps role={role} />}
          </>
        )}
      </div>
    </>
  );
}
