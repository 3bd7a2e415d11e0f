import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { type MissionLevel, type MissionReadiness, missionsReadReadiness } from "@/api/ai";
import { Missing } from "@/features/curriculum/Missing";
import { SkillList } from "@/features/curriculum/SkillList";
import { hrefOf } from "@/features/learn/courses";
import { Icon } from "@/features/shell/Icon";
import { ai, load } from "@/server/caller";

/** What the learner has for a mission, which the rest of the page does not wait for. */
export function ReadinessLater({ missionId }: { missionId: string }) {
  return (
    <Suspense fallback={<span className="wait" aria-hidden="true" />}>
      <Readiness missionId={missionId} />
    </Suspense>
  );
}

/** Nothing while ai does not answer: the page is whole without this advice. */
async function Readiness({ missionId }: { missionId: string }) {
  const [t, { data }] = await Promise.all([
    getTranslations("missions.readiness"),
    load(missionsReadReadiness({ client: ai, path: { mission_id: missionId } })),
  ]);
  if (!data) {
    return null;
  }
  const held = data.skills.filter((one) => one.held).length;
  return (
    <section className="stack tight" aria-labelledby="readiness">
      <h2 id="readiness">{t("heading")}</h2>
      <Missing parts={data.missing} />
      {data.state === "not_enough_data" && <p>{t("unknown")}</p>}
      <First readiness={data} />
      <Level level={data.level} />
      {data.skills.length > 0 && (
        <details>
          <summary>{t("skills", { held, of: data.skills.length })}</summary>
          <SkillList skills={data.skills} />
        </details>
      )}
      <p className="meta">{t("advice")}</p>
    </section>
  );
}

/** The prerequisites, done or not. */
async function First({ readiness: { ready, prerequisites } }: { readiness: MissionReadiness }) {
  const t = await getTranslations("missions.readiness");
  if (prerequisites.length === 0) {
    return <p>{t("nothingFirst")}</p>;
  }
  const open = prerequisites.filter(({ completed }) => !completed).length;
  return (
    <>
      <p>{ready ? t("allFirst") : t("openFirst", { count: open })}</p>
      <ul className="plain stack tight">
        {prerequisites.map(({ content_id, title, completed }) => (
          <li className="row keep" key={content_id}>
            <span>
              <a href={hrefOf(content_id)}>{title ?? content_id}</a>{" "}
              <span className="meta">{completed ? t("done") : t("open")}</span>
            </span>
            <Icon name={completed ? "check" : "clock"} />
          </li>
        ))}
      </ul>
    </>
  );
}

async function Level({ level }: { level: MissionLevel }) {
  const t = await getTranslations("missions.readiness");
  const { mission, shown, shown_by } = level;
  if (!shown) {
    return <p>{t("levelUnknown", { mission })}</p>;
  }
  return (
    <p>
      {t("level", { mission, shown })} {shown_by.map(({ title }) => title).join(", ")}
    </p>
  );
}
