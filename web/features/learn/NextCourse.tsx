import { getTranslations } from "next-intl/server";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { type CourseState, hrefOf } from "./courses";
import { sizeText } from "./sizeText";

/** The course that was read last, with the one step that comes next. */
export async function NextCourse({ state }: { state: CourseState }) {
  const t = await getTranslations("learn");
  const { course, next, done, of } = state;
  const [size, minutes] = [await sizeText(next), next.duration_minutes];
  return (
    <section className="card now" aria-labelledby="go-on">
      <p className="small">
        <strong>{t("next.label")}</strong>
      </p>
      <h2 id="go-on">{course.title}</h2>
      <p className="small">{t("modulesDone", { done, of })}</p>
      <ProgressDashes done={done} of={of} here />
      <div className="acts">
        <a className="btn next" href={hrefOf(next.content_id)}>
          {next === course ? t("next.readOn") : t("next.readModule", { title: next.title })}
        </a>
        <span className="meta">
          {[t("minutes", { minutes }), size].filter(Boolean).join(" · ")}
        </span>
      </div>
    </section>
  );
}
