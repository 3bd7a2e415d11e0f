import { getTranslations } from "next-intl/server";
import type { Section } from "@/api/core";
import { hrefOf } from "./courses";

interface Properties {
  contentId: string;
  sections: Section[];
  /** The position of the one that is shown. */
  current: number;
  /** How many from the first were read. */
  read: number;
  /** The address of the quiz, if the item has one. */
  quiz: string | null;
  className: string;
}

/** The sections of a text as steps. */
export async function Sections({
  contentId,
  sections,
  current,
  read,
  quiz,
  className,
}: Properties) {
  const t = await getTranslations("learn");
  return (
    <ol className={`steps ${className}`.trim()}>
      {sections.map(({ position, title, minutes }) => (
        <li
          key={position}
          className={position <= read && position !== current ? "done" : undefined}
          aria-current={position === current ? "step" : undefined}
        >
          {position === current ? (
            <strong>{title || t("start")}</strong>
          ) : (
            <a href={`${hrefOf(contentId)}/${position}`}>{title || t("start")}</a>
          )}
          <span className="meta"> {t("minutes", { minutes })}</span>
        </li>
      ))}
      {quiz && (
        <li>
          <a href={quiz}>{t("quiz.title")}</a>
        </li>
      )}
    </ol>
  );
}
