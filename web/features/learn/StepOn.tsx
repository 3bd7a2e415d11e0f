import { getTranslations } from "next-intl/server";
import type { Body, Content } from "@/api/core";
import { CompleteButton } from "./CompleteButton";
import { hrefOf } from "./courses";
import type { ItemContext } from "./item";

interface Properties {
  item: Content;
  body: Body | null;
  current: number;
  around: ItemContext;
  quiz: string | null;
}

/** What comes after a section: the next one, the quiz, the end of the item, or the next module. */
export async function StepOn({ item, body, current, around, quiz }: Properties) {
  const t = await getTranslations("learn");
  const id = item.content_id;
  const next = body?.sections[current];
  return (
    <div className="acts">
      {next ? (
        <a className="btn next" href={`${hrefOf(id)}/${next.position}`}>
          {t("nextSection", { title: next.title })}
        </a>
      ) : (
        <AtTheEnd item={item} around={around} quiz={quiz} hasText={body !== null} />
      )}
      {current > 1 && (
        <a className="btn" href={`${hrefOf(id)}/${current - 1}`}>
          {t("back")}
        </a>
      )}
    </div>
  );
}

type EndProperties = Pick<Properties, "item" | "around" | "quiz"> & { hasText: boolean };

async function AtTheEnd({ item, around, quiz, hasText }: EndProperties) {
  const t = await getTranslations("learn");
  const following = nextModule(item, around);
  const isCompleted = around.progress?.status === "completed";
  if (quiz && !isCompleted) {
    return (
      <a className="btn next" href={quiz}>
        {t("quiz.open")}
      </a>
    );
  }
  if (!isCompleted && item.completed_by === "self") {
    const after = following ?? around.course;
    return (
      <CompleteButton
        contentId={item.content_id}
        contentType={item.content_type}
        next={after ? hrefOf(after.content_id) : null}
        texts={{
          button: hasText ? t("complete") : t("completePlain"),
          kept: t("completeKept"),
          title: t("finishedOf", { title: item.title }),
        }}
      />
    );
  }
  const after = following ?? around.course;
  return after ? (
    <a className="btn next" href={hrefOf(after.content_id)}>
      {following ? t("nextModule", { title: after.title }) : t("backToCourse")}
    </a>
  ) : (
    <a className="btn" href="/learn">
      {t("backToLearn")}
    </a>
  );
}

function nextModule(item: Content, { siblings }: ItemContext): Content | null {
  const place = siblings.findIndex(({ content_id }) => content_id === item.content_id);
  return place < 0 ? null : (siblings[place + 1] ?? null);
}
