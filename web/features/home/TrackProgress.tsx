import { getTranslations } from "next-intl/server";
import type { Track } from "@/api/core";
import { ProblemState } from "@/features/shell/Problem";
import { Road } from "@/features/shell/Road";
import { ownProgress, trackItems } from "./data";

/** How many courses of the track are completed, by another's word than the learner's. */
export async function TrackProgress({ track }: { track: Track }) {
  const [t, profiler] = [await getTranslations("home"), await getTranslations("profiler")];
  const [items, own] = await Promise.all([trackItems(track), ownProgress()]);
  const problem = items.problem ?? own.problem;
  const courses = (items.data ?? []).filter(({ content_type }) => content_type === "course");
  const ids = new Set(courses.map(({ content_id }) => content_id));
  const completed = (own.data ?? []).filter(
    ({ content_id, status }) => status === "completed" && ids.has(content_id),
  );
  const done = completed.filter(({ completion_source }) => completion_source !== "self").length;
  const ticked = completed.length - done;
  return (
    <section className="stack" aria-labelledby="progress">
      <h2 id="progress">{profiler(`tracks.${track}.name`)}</h2>
      {problem ? (
        <ProblemState problem={problem} />
      ) : (
        <div className="stack tight">
          <p>
            {t.rich("progress.courses", {
              done,
              of: courses.length,
              b: (chunks) => <strong className="num">{chunks}</strong>,
            })}
          </p>
          {courses.length > 0 && <Road done={done} of={courses.length} here />}
          <p className="meta">
            {t("progress.counted")} {ticked > 0 && t("progress.ticked", { ticked })}
          </p>
        </div>
      )}
    </section>
  );
}
