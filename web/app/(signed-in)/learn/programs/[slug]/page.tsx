import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { milestonesList } from "@/api/core";
import { allPages, catalogue, ownProgress, programs } from "@/features/learn/catalogue";
import { MilestoneList } from "@/features/learn/MilestoneList";
import { Track } from "@/features/learn/Track";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { core, load, requireSession } from "@/server/caller";

interface Properties {
  params: Promise<{ slug: string }>;
}

async function programOf(slug: string) {
  const listed = await programs();
  return listed.data
    ? { program: listed.data.find((one) => one.slug === slug) ?? null }
    : { problem: listed.problem };
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  await requireSession();
  const { program } = await programOf((await params).slug);
  return program ? { title: program.title } : {};
}

/** A program: its milestones with their courses and missions. */
export default async function ProgramPage({ params }: Properties) {
  await requireSession();
  const { program, problem } = await programOf((await params).slug);
  if (problem) {
    return <ProblemState problem={problem} level={1} />;
  }
  if (!program) {
    return notFound();
  }
  const [t, offered, own, milestones] = await Promise.all([
    getTranslations("learn"),
    catalogue(),
    ownProgress(),
    allPages((query) =>
      load(milestonesList({ client: core, query: { ...query, program: program.id } })),
    ),
  ]);
  const refusal = offered.problem ?? own.problem ?? milestones.problem;
  return (
    <>
      <div className="head">
        <p className="row small">
          <Track track={program.track} />
          <span className="soft">{t("program")}</span>
        </p>
        <h1>{program.title}</h1>
        <p className="prose">{program.description}</p>
      </div>
      {refusal && <ProblemState problem={refusal} />}
      {offered.data && own.data && milestones.data && (
        <>
          <MilestoneList
            milestones={milestones.data.filter(({ retired }) => !retired)}
            catalogue={offered.data}
            progress={own.data}
          />
          {milestones.data.length === 0 && (
            <State icon="learn" title={t("noMilestones.title")}>
              <p>{t("noMilestones.text")}</p>
            </State>
          )}
        </>
      )}
    </>
  );
}
