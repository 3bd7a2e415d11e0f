import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Actions } from "@/features/home/Actions";
import { overview, verdicts } from "@/features/home/data";
import { NextStep } from "@/features/home/NextStep";
import { nextStep } from "@/features/home/nextStep";
import { OpenItems } from "@/features/home/OpenItems";
import { Programs } from "@/features/home/Programs";
import { Reviews } from "@/features/home/Reviews";
import { TrackProgress } from "@/features/home/TrackProgress";
import { Week } from "@/features/home/Week";
import { NudgesLater } from "@/features/insights/Nudges";
import { Note } from "@/features/shell/Note";
import { ProblemState } from "@/features/shell/Problem";
import { homeOf } from "@/features/shell/Shell";
import { times } from "@/features/times/times";
import { me } from "@/server/me";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("home"))("title") };
}

/** The learner's home: what to do next, and why; then the rest. */
export default async function Home({ searchParams }: Properties) {
  const [{ welcome }, user] = [await searchParams, await me()];
  if (user.role !== "learner") {
    redirect(homeOf(user.role));
  }
  const [t, profiler] = [await getTranslations("home"), await getTranslations("profiler")];
  const track = user.track && profiler(`tracks.${user.track}.name`);
  const name = user.first_name.trim();
  const today = (await times()).longDay(new Date());
  const [step, { data, problem }] = await Promise.all([nextStep(user), overview(), verdicts()]);
  return (
    <>
      <div className="head">
        <h1>{name ? t("greeting", { name }) : t("greetingOnly")}</h1>
        <p className="soft">{track ? `${today} · ${track}` : today}</p>
      </div>
      <div className="stack wide">
        {welcome === "true" && track && (
          <Note kind="ok" icon="check" title={t("welcome.title", { track })}>
            {t("welcome.text")}
          </Note>
        )}
        <div className="cols stack wide">
          <div className="stack wide">
            <NextStep step={step} />
            <Actions step={step} />
            <OpenItems step={step} />
            <NudgesLater />
          </div>
          <div className="stack wide">
            {problem && <ProblemState problem={problem} />}
            {data && data.programs.length > 0 && <Programs overview={data} />}
            {user.track && !data?.programs.length && <TrackProgress track={user.track} />}
            {data && <Reviews reviews={data.reviews} />}
            {data && <Week overview={data} />}
          </div>
        </div>
      </div>
    </>
  );
}
