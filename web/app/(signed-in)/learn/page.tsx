import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { CourseList } from "@/features/learn/CourseList";
import { catalogue, ownProgress, programs } from "@/features/learn/catalogue";
import { coursesByState } from "@/features/learn/courses";
import { Enrolments } from "@/features/learn/Enrolments";
import { NextCourse } from "@/features/learn/NextCourse";
import { ProgramList } from "@/features/learn/ProgramList";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { requireSession } from "@/server/caller";
import { me } from "@/server/me";

const FIRST_COURSES = 5;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("learn"))("title") };
}

export default async function Learn() {
  await requireSession();
  const [t, curriculum, user, offered, progress, listed] = await Promise.all([
    getTranslations("learn"),
    getTranslations("curriculum"),
    me(),
    catalogue(),
    ownProgress(),
    programs(),
  ]);
  const problem = offered.problem ?? progress.problem;
  if (!offered.data || !progress.data) {
    return (
      <>
        <div className="head">
          <h1>{t("title")}</h1>
        </div>
        {problem && <ProblemState problem={problem} />}
      </>
    );
  }
  const { begun, done, ahead } = coursesByState(offered.data, progress.data);
  const [current, ...others] = begun;
  const fitting = ahead.filter(({ course }) => !user.track || course.track === user.track);
  const first = (fitting.length ? fitting : ahead).slice(0, FIRST_COURSES);
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("introduction")}</p>
      </div>
      <div className="stack wide">
        {current && <NextCourse state={current} />}
        {!current && done.length === 0 && (
          <State icon="learn" title={t("empty.title")}>
            <p>{t("empty.text")}</p>
          </State>
        )}
        {others.length > 0 && (
          <section className="stack" aria-labelledby="begun">
            <h2 id="begun">{t("begun")}</h2>
            <CourseList states={others} />
          </section>
        )}
        <Enrolments userId={user.id} />
        <p>
          <a className="own-line" href="/learn/path">
            {curriculum("toPath")}
          </a>
        </p>
        {first.length > 0 && (
          <section className="stack" aria-labelledby="ahead">
            <h2 id="ahead">{t("ahead")}</h2>
            <CourseList states={first} />
            <p>
              <a className="own-line" href="/search">
                {t("searchForMore")}
              </a>
            </p>
          </section>
        )}
        {done.length > 0 && (
          <section className="stack" aria-labelledby="done">
            <h2 id="done">{t("done", { count: done.length })}</h2>
            <details>
              <summary>{t("showDone")}</summary>
              <CourseList states={done} />
            </details>
          </section>
        )}
        <section className="stack" aria-labelledby="programs">
          <h2 id="programs">{t("programs")}</h2>
          {listed.data ? (
            <ProgramList programs={listed.data} catalogue={offered.data} progress={progress.data} />
          ) : (
            <ProblemState problem={listed.problem} />
          )}
        </section>
      </div>
    </>
  );
}
