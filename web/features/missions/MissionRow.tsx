import { getLocale, getTranslations } from "next-intl/server";
import type { Mission } from "@/api/core";
import type { ProgressBook } from "@/features/learn/books";
import { Track } from "@/features/learn/Track";
import { Icon } from "@/features/shell/Icon";
import { bytesText } from "@/features/texts/bytes";
import { times } from "@/features/times/times";
import { missionBytes } from "./missionBytes";

interface Properties {
  mission: Mission;
  progress: ProgressBook | null;
}

/** A mission in a list: what it is, what it takes, and how far the learner is. */
export async function MissionRow({ mission, progress }: Properties) {
  const t = await getTranslations("missions");
  const { id, title, description, track, difficulty, mission_type, content_id } = mission;
  const facts = [t(`types.${mission_type}`), t("level", { level: difficulty })];
  if (mission.duration_minutes) {
    facts.push(t("minutes", { minutes: mission.duration_minutes }));
  }
  facts.push(bytesText(missionBytes(mission), await getLocale()));
  const isCompleted = content_id !== null && progress?.isCompleted(content_id);
  const isBegun = content_id !== null && progress?.isBegun(content_id);
  return (
    <li>
      <h3>
        <a href={`/missions/${id}`}>{title}</a>
      </h3>
      <p className="row small">
        <Track track={track} />
        <span className="soft">{facts.join(" · ")}</span>
      </p>
      {description && <p>{description}</p>}
      {mission.due_at && (
        <p className="meta">
          {t("due.at", { moment: (await times()).longMoment(mission.due_at) })}
        </p>
      )}
      {(isCompleted || isBegun) && (
        <p className="row">
          <span className={`badge ${isCompleted ? "ok" : "info"}`}>
            <Icon name={isCompleted ? "check" : "clock"} />
            {isCompleted ? t("passed") : t("begun")}
          </span>
        </p>
      )}
    </li>
  );
}
