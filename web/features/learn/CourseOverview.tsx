import { getTranslations } from "next-intl/server";
import type { Content } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import type { Catalogue, ProgressBook } from "./books";
import { CompleteButton } from "./CompleteButton";
import { courseState, hrefOf } from "./courses";
import { ItemHead } from "./ItemHead";
import type { ItemContext } from "./item";
import { Prerequisites } from "./Prerequisites";
import { sizeText } from "./sizeText";

interface Properties {
  item: Content;
  around: ItemContext;
  catalogue: Catalogue;
  progress: ProgressBook;
  /** Whether the course has a text of its own. */
  hasText: boolean;
  hasQuiz: boolean;
}

/** A course: how far the learner is, its next module, and all of them. */
export async function CourseOverview(properties: Properties) {
  const { item, around, catalogue, progress, hasText, hasQuiz } = properties;
  const t = await getTranslations("learn");
  const state = courseState(item, catalogue, progress);
  const isReadyToComplete = !state.isCompleted && state.done === state.of;
  const href = hrefOf(item.content_id);
  return (
    <div className="stack wide">
      <div>
        <ItemHead item={item} around={around} size={await sizeText(item)}>
          <p className="prose">{item.description}</p>
          <p className="small">
            <strong>{t("modulesDone", { done: state.done, of: state.of })}</strong>
          </p>
          <ProgressDashes done={state.done} of={state.of} here={!state.isCompleted} />
        </ItemHead>
        <div className="acts">
          {!state.isCompleted && !isReadyToComplete && (
            <a className="btn next" href={hrefOf(state.next.content_id)}>
              {t("next.readModule", { title: state.next.title })}
            </a>
          )}
          {isReadyToComplete && hasQuiz && (
            <a className="btn next" href={`${href}/quiz`}>
              {t("quiz.open")}
            </a>
          )}
          {isReadyToComplete && item.completed_by === "self" && (
            <CompleteButton
              contentId={item.content_id}
              contentType="course"
              next={null}
              texts={{
                button: t("completeCourse"),
                kept: t("completeKept"),
                title: t("finishedOf", { title: item.title }),
              }}
            />
          )}
          {hasText && (
            <a className="btn" href={`${href}/1`}>
              {t("readText")}
            </a>
          )}
          {state.isCompleted && (
            <span className="badge ok">
              <Icon name="check" />
              {t("completed")}
            </span>
          )}
        </div>
      </div>
      <Prerequisites missing={around.missing} isRequired={around.isRequired} />
      <section className="stack" aria-labelledby="modules">
        <h2 id="modules">{t("modules")}</h2>
        <ol className="steps">
          {state.modules.map((module) => (
            <Module
              key={module.content_id}
              module={module}
              isDone={state.isCompleted || progress.isCovered(module)}
              isNext={!state.isCompleted && module === state.next}
            />
          ))}
        </ol>
      </section>
    </div>
  );
}

interface ModuleProperties {
  module: Content;
  isDone: boolean;
  isNext: boolean;
}

async function Module({ module, isDone, isNext }: ModuleProperties) {
  const t = await getTranslations("learn");
  const [size, minutes] = [await sizeText(module), module.duration_minutes];
  const facts = [t("minutes", { minutes }), ...(size ? [size] : [])];
  return (
    <li className={isDone ? "done" : undefined} aria-current={isNext ? "step" : undefined}>
      <h3>
        <a href={hrefOf(module.content_id)}>{module.title}</a>
      </h3>
      <p className="meta">
        {isDone && `${t("completed")} · `}
        {facts.join(" · ")}
      </p>
    </li>
  );
}
