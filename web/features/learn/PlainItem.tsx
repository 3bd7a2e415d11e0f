import { getTranslations } from "next-intl/server";
import type { Content } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { ItemHead } from "./ItemHead";
import type { ItemContext } from "./item";
import { Prerequisites } from "./Prerequisites";
import { StepOn } from "./StepOn";

interface Properties {
  item: Content;
  around: ItemContext;
  hasQuiz: boolean;
}

/** An item without a text of ours: what it is about, and marking it. */
export async function PlainItem({ item, around, hasQuiz }: Properties) {
  const t = await getTranslations("learn");
  const quiz = hasQuiz ? `/learn/${item.content_id}/quiz` : null;
  return (
    <article className="prose stack">
      <ItemHead item={item} around={around}>
        <p>{item.description}</p>
        <p className="small soft">{item.skill_labels.join(", ")}</p>
      </ItemHead>
      <Prerequisites missing={around.missing} isRequired={around.isRequired} />
      <p className="note">
        <Icon name="learn" />
        <span>{item.content_type === "mission" ? t("missionElsewhere") : t("textElsewhere")}</span>
      </p>
      {around.progress?.status === "completed" && (
        <p className="row">
          <span className="badge ok">
            <Icon name="check" />
            {t("completed")}
          </span>
        </p>
      )}
      <StepOn item={item} body={null} current={0} around={around} quiz={quiz} />
    </article>
  );
}
