import { getTranslations } from "next-intl/server";
import type { SkillGap } from "@/api/ai";
import { hrefOf } from "@/features/learn/courses";
import { Icon } from "@/features/shell/Icon";
import { durationText } from "./texts";

/** The shortest; the others would fill pages. */
const CLOSERS_SHOWN = 2;

/** Skills: what shows each that is held, and what closes each that is not. */
export async function SkillList({ skills }: { skills: SkillGap[] }) {
  const [t, duration] = [await getTranslations("curriculum.gaps"), await durationText()];
  return (
    <ul className="list">
      {skills.map(({ skill, held, shown_by, closed_by }) => (
        <li key={skill}>
          <p className="row">
            <strong>{skill}</strong>
            {held && (
              <span className="badge ok">
                <Icon name="check" />
                {t("heldBadge")}
              </span>
            )}
          </p>
          {!held && closed_by.length === 0 && <p className="meta">{t("nothingCloses")}</p>}
          {(held ? shown_by.length : closed_by.length) > 0 && (
            <p className="meta">{held ? t("shownBy") : t("closedBy")}</p>
          )}
          <ul className="plain stack tight">
            {held
              ? shown_by.map((one) => (
                  <li key={one.content_id}>
                    <a className="own-line" href={hrefOf(one.content_id)}>
                      {one.title}
                    </a>{" "}
                    <span className="meta">{t("level", { level: one.level })}</span>
                  </li>
                ))
              : closed_by.slice(0, CLOSERS_SHOWN).map((one) => (
                  <li key={one.content_id}>
                    <a className="own-line" href={hrefOf(one.content_id)}>
                      {one.title}
                    </a>{" "}
                    <span className="meta">{duration(one.minutes)}</span>
                  </li>
                ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
