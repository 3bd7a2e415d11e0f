import { getTranslations } from "next-intl/server";
import type { Milestone, PlacedItem } from "@/api/core";
import { ProgressDashes } from "@/features/shell/ProgressDashes";
import type { Catalogue, ProgressBook } from "./books";
import { hrefOf } from "./courses";
import { sizeText } from "./sizeText";

interface Properties {
  milestones: Milestone[];
  catalogue: Catalogue;
  progress: ProgressBook;
}

/** The milestones of a program, each with what stands in it. */
export async function MilestoneList({ milestones, catalogue, progress }: Properties) {
  const t = await getTranslations("learn");
  return (
    <div className="stack wide prose">
      {milestones.map((milestone) => {
        const items = milestone.items.filter(({ retired }) => !retired);
        const done = items.filter((item) => progress.isCompleted(item.content_id)).length;
        return (
          <section
            key={milestone.id}
            className="stack"
            aria-labelledby={`milestone-${milestone.id}`}
          >
            <h2 id={`milestone-${milestone.id}`}>{milestone.title}</h2>
            {milestone.description && <p>{milestone.description}</p>}
            <div>
              <p className="small">{t("itemsDone", { done, of: items.length })}</p>
              {items.length > 0 && <ProgressDashes done={done} of={items.length} here />}
            </div>
            <ul className="list">
              {items.map((item) => (
                <Item key={item.content_id} item={item} catalogue={catalogue} progress={progress} />
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

interface ItemProperties extends Omit<Properties, "milestones"> {
  item: PlacedItem;
}

async function Item({ item, catalogue, progress }: ItemProperties) {
  const t = await getTranslations("learn");
  const content = catalogue.byId.get(item.content_id);
  const facts = content
    ? [
        t(`types.${content.content_type}`),
        t("level", { level: content.level }),
        t("minutes", { minutes: content.duration_minutes }),
      ]
    : [];
  const size = await sizeText(content);
  if (size) {
    facts.push(size);
  }
  if (!item.required) {
    facts.push(t("optional"));
  }
  if (progress.isCompleted(item.content_id)) {
    facts.unshift(t("completed"));
  } else if (progress.isBegun(item.content_id)) {
    facts.unshift(t("inProgress"));
  }
  return (
    <li>
      <h3>
        <a href={hrefOf(item.content_id)}>{item.title}</a>
      </h3>
      <p className="small soft">{facts.join(" · ")}</p>
    </li>
  );
}
