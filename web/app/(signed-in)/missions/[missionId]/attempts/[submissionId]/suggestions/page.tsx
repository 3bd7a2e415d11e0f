import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { missionsSuggest } from "@/api/ai";
import { submissionsRead } from "@/api/core";
import { readMission } from "@/features/missions/read";
import { ProblemState } from "@/features/shell/Problem";
import { Suggestions } from "@/features/suggestions/Suggestions";
import { ai, core, load, requireSession } from "@/server/caller";

interface Properties {
  params: Promise<{ missionId: string; submissionId: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("suggestions"))("title") };
}

/** What rules find in an attempt as it is now. It is read again with each load of the page. */
export default async function SuggestionsPage({ params }: Properties) {
  await requireSession();
  const { missionId, submissionId } = await params;
  const [t, mission, read, suggested] = await Promise.all([
    getTranslations("suggestions"),
    readMission(missionId),
    load(submissionsRead({ client: core, path: { submission_id: submissionId } })),
    load(
      missionsSuggest({
        client: ai,
        path: { mission_id: missionId },
        body: { submission_id: submissionId },
      }),
    ),
  ]);
  const problem = mission.problem ?? read.problem ?? suggested.problem;
  if (problem && [400, 404].includes(problem.status)) {
    return notFound();
  }
  return (
    <>
      <div className="head stack tight">
        <p className="small">
          <a className="own-line" href={`/missions/${missionId}`}>
            {mission.data?.title ?? t("back")}
          </a>
        </p>
        <h1>{t("title")}</h1>
        <p className="soft">{t("lead")}</p>
      </div>
      {problem && <ProblemState problem={problem} />}
      {mission.data && read.data && suggested.data && (
        <Suggestions mission={mission.data} submission={read.data} feedback={suggested.data} />
      )}
    </>
  );
}
