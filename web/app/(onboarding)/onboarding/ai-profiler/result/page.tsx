import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import {
  isSessionId,
  PROFILER,
  questionAddress,
  resultAddress,
} from "@/features/profiler/addresses";
import { Certainty } from "@/features/profiler/Certainty";
import { Headline } from "@/features/profiler/Headline";
import { Reasons } from "@/features/profiler/Reasons";
import { Refused } from "@/features/profiler/Refused";
import { RetakeComparison } from "@/features/profiler/RetakeComparison";
import { newestResult, readResult } from "@/features/profiler/result";
import { Scores } from "@/features/profiler/Scores";
import { TakeTrack } from "@/features/profiler/TakeTrack";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("profiler"))("result.title") };
}

/** The result of the session of the address; without one, the newest of the learner's. */
export default async function Result({ searchParams }: Properties) {
  const query = await searchParams;
  if (!isSessionId(query.session)) {
    const newest = await newestResult();
    if (newest.problem) {
      return <Refused problem={newest.problem} />;
    }
    redirect(newest.data ? resultAddress(newest.data) : PROFILER);
  }
  const { data, problem } = await readResult(query.session);
  if (problem?.code === "profiling_not_completed") {
    redirect(questionAddress(query.session));
  }
  if (problem) {
    return problem.status === 404 ? redirect(PROFILER) : <Refused problem={problem} />;
  }
  const t = await getTranslations("profiler");
  const { results, asked } = data;
  const { primary, session_id } = results;
  const start = t("result.start", { track: t(`tracks.${primary.key}.name`) });
  return (
    <div className="stack wide">
      <Headline results={results} />
      <TakeTrack track={primary.key} session={session_id} query={query} isFirst text={start}>
        <a className="btn" href="#others">
          {t("result.others")}
        </a>
      </TakeTrack>
      <Scores results={results} />
      <Reasons match={primary} asked={asked} />
      <Certainty results={results} asked={asked} />
      {results.previous && <RetakeComparison session={session_id} />}
      <p>
        <a className="own-line" href={PROFILER}>
          {t("result.again")}
        </a>
      </p>
    </div>
  );
}
