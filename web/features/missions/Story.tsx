import { getTranslations } from "next-intl/server";
import type { MissionDetail } from "@/api/core";
import { Html } from "@/features/texts/Html";

/** The situation of a mission, and what is asked for. */
export async function Story({ mission }: { mission: MissionDetail }) {
  const t = await getTranslations("missions");
  const { story_html, subtasks, objectives, skills } = mission;
  return (
    <>
      {story_html && (
        <section className="stack tight" aria-labelledby="story">
          <h2 id="story">{t("story")}</h2>
          <Html html={story_html} />
        </section>
      )}
      {subtasks.length > 0 && (
        <section className="stack tight" aria-labelledby="requirements">
          <h2 id="requirements">{t("requirements")}</h2>
          <ol className="list prose">
            {subtasks.map((subtask, place) => (
              <li key={subtask}>
                {place + 1}. {subtask}
              </li>
            ))}
          </ol>
        </section>
      )}
      {(objectives.length > 0 || skills.length > 0) && (
        <section className="stack tight" aria-labelledby="objectives">
          <h2 id="objectives">{t("objectives")}</h2>
          {objectives.length > 0 && (
            <ul className="list prose">
              {objectives.map((objective) => (
                <li key={objective}>{objective}</li>
              ))}
            </ul>
          )}
          {skills.length > 0 && (
            <p className="meta">{t("skills", { skills: skills.join(", ") })}</p>
          )}
        </section>
      )}
    </>
  );
}
