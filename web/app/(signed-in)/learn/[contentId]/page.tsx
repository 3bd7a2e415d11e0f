import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { readBody } from "@/features/learn/body";
import { CourseOverview } from "@/features/learn/CourseOverview";
import { catalogue, ownProgress, readContent } from "@/features/learn/catalogue";
import { quizOf, surroundingsOf } from "@/features/learn/item";
import { PlainItem } from "@/features/learn/PlainItem";
import { Reader } from "@/features/learn/Reader";
import { missionOf } from "@/features/missions/missionOf";
import { ProblemState } from "@/features/shell/Problem";
import { requireSession } from "@/server/caller";
import { me } from "@/server/me";

interface Properties {
  params: Promise<{ contentId: string }>;
  searchParams: Promise<{ section?: string }>;
}

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  await requireSession();
  const { data } = await readContent((await params).contentId);
  return data ? { title: data.title } : {};
}

/** Any item of the catalogue by its id: a course, a module, or the mission that it stands for. */
export default async function Item({ params, searchParams }: Properties) {
  await requireSession();
  const { contentId } = await params;
  const { section } = await searchParams;
  const read = await readContent(contentId);
  if (!read.data) {
    return read.problem.status === 404 ? (
      notFound()
    ) : (
      <ProblemState problem={read.problem} level={1} />
    );
  }
  const item = read.data;
  if (item.content_type === "mission") {
    const mission = await missionOf(item);
    if (mission) {
      redirect(`/missions/${mission.id}`);
    }
  }
  const [around, body, quiz, user, offered, own] = await Promise.all([
    surroundingsOf(item),
    item.content_type === "mission" ? null : readBody(contentId),
    quizOf(contentId),
    me(),
    catalogue(),
    ownProgress(),
  ]);
  const properties = { item, around, hasQuiz: quiz !== null, userId: user.id };
  const hasModules = (offered.data?.modulesOf(contentId) ?? []).length > 0;
  if (hasModules && !section && offered.data && own.data) {
    return (
      <CourseOverview
        {...properties}
        catalogue={offered.data}
        progress={own.data}
        hasText={Boolean(body?.data)}
      />
    );
  }
  if (body?.data) {
    return <Reader {...properties} body={body.data} position={Number(section) || 1} />;
  }
  if (body?.problem && body.problem.status !== 404) {
    return <ProblemState problem={body.problem} level={1} />;
  }
  return <PlainItem {...properties} />;
}
