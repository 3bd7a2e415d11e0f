import { notFound, redirect } from "next/navigation";
import { missionOf } from "@/features/missions/missionOf";
import { ProblemState } from "@/features/shell/Problem";
import { readBody } from "./body";
import { CourseOverview } from "./CourseOverview";
import { catalogue, ownProgress, readContent } from "./catalogue";
import { contextOf, quizOf } from "./item";
import { PlainItem } from "./PlainItem";
import { Reader } from "./Reader";

interface Properties {
  contentId: string;
  /** The position of a section; null where the address names none. */
  section: number | null;
}

/** Any item of the catalogue by its id: a course, a module, or the mission that it stands for. */
export async function ItemPage({ contentId, section }: Properties) {
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
  const [around, body, quiz, offered, own] = await Promise.all([
    contextOf(item),
    item.content_type === "mission" ? null : readBody(contentId),
    quizOf(contentId),
    catalogue(),
    ownProgress(),
  ]);
  const properties = { item, around, hasQuiz: quiz !== null };
  const hasModules = (offered.data?.modulesOf(contentId) ?? []).length > 0;
  if (hasModules && section === null && offered.data && own.data) {
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
    return <Reader {...properties} body={body.data} position={section ?? 1} />;
  }
  if (body?.problem && body.problem.status !== 404) {
    return <ProblemState problem={body.problem} level={1} />;
  }
  return <PlainItem {...properties} />;
}
