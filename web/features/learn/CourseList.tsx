import { getTranslations } from "next-intl/server";
import { Icon } from "@/features/shell/Icon";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import { type CourseState, hrefOf } from "./courses";
import { Facts } from "./Facts";
import { sizeText } from "./sizeText";

/** Courses with their progress in words and as a road. */
export async function CourseList({ states }: { states: CourseState[] }) {
  const t = await getTranslations("learn");
  return (
    <ul className="list prose">
      {states.map(async (state) => (
        <li key={state.course.content_id}>
          <h3>
            <a href={hrefOf(state.course.content_id)}>{state.course.title}</a>
          </h3>
          <Facts
            track={state.course.track}
            type="course"
            level={state.course.level}
            minutes={state.course.duration_minutes}
            size={await sizeText(state.course)}
          />
          {state.isBegun && (
            <>
              <p className="small">{t("modulesDone", { done: state.done, of: state.of })}</p>
              <ProgressDashes done={state.done} of={state.of} here />
            </>
          )}
          {state.isCompleted && (
            <p className="row">
              <span className="badge ok">
                <Icon name="check" />
                {t("completed")}
              </span>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
