import { getTranslations } from "next-intl/server";
import type { Track } from "@/api/core";
import { ownProgress } from "@/features/learn/catalogue";
import { ProblemState } from "@/features/shell/Problem";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { coursesOf } from "./data";

/** How many courses of the track are completed, by another's word than the learner's. */
export async function TrackProgress({ track }: { track: Track }) {
  const [t, profiler] = [await getTranslations("home"), await getTranslations("profiler")];
  const [courses, own] = await Promise.all([coursesOf(track), ownProgress()]);
  const of = courses.data?.length ?? 0;
  const completed = (courses.data ?? []).flatMap(({ content_id }) => {
    const row = own.data?.of(content_id);
    return row?.status === "completed" ? row : [];
  });
  const done = completed.filter(({ completion_source }) => completion_source !== "self").length;
  const ticked = completed.length - done;
  const problem = courses.problem ?? own.problem;
  return (
    <section className="stack" aria-labelledby="progress">
      <h2 id="progress">{profiler(`tracks.${track}.name`)}</h2>
      {problem ? (
        <ProblemState problem={problem} />
      ) : (
        <div className="stack tight">
          <p>
            {of === 0
              ? t("progress.none")
              : t.rich("progress.courses", {
                  done,
                  of,
                  b: (chunks) => <strong className="num">{chunks}</strong>,
                })}
          </p>
          {of > 0 && <ProgressDashes done={done} of={of} here />}
          <p className="meta">
            {t("progress.counted")} {ticked > 0 && t("progress.ticked", { ticked })}
          </p>
        </div>
      )}
    </section>
  );
}
