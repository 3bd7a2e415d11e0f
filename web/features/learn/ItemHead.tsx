import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Content } from "@/api/core";
import { hrefOf } from "./courses";
import type { ItemContext } from "./item";

interface Properties {
  item: Content;
  around: ItemContext;
  size?: string | undefined;
  drawings?: number;
  children?: ReactNode;
}

/** The title of an item, what it is part of and what it costs. */
export async function ItemHead({ item, around, size, drawings = 0, children }: Properties) {
  const t = await getTranslations("learn");
  const { course, siblings } = around;
  const place = siblings.findIndex(({ content_id }) => content_id === item.content_id);
  const facts = [
    place >= 0 ? t("moduleOf", { number: place + 1, of: siblings.length }) : t("types.course"),
    t("aboutMinutes", { minutes: item.duration_minutes }),
  ];
  if (size) {
    facts.push(drawings ? t("sizeWithDrawings", { size, drawings }) : size);
  }
  return (
    <div className="head stack tight">
      {course && (
        <p className="small">
          <a className="own-line" href={hrefOf(course.content_id)}>
            {course.title}
          </a>
        </p>
      )}
      <h1>{item.title}</h1>
      <p className="meta">{facts.join(" · ")}</p>
      {children}
    </div>
  );
}
