import { getLocale, getTranslations } from "next-intl/server";
import type { Mission } from "@/api/core";
import { Track } from "@/features/learn/Track";
import { bytesText } from "@/features/texts/bytes";
import { missionBytes } from "./missionBytes";

/** What a mission is, in a line and a paragraph. */
export async function MissionHead({ mission }: { mission: Mission }) {
  const t = await getTranslations("missions");
  const facts = [t(`types.${mission.mission_type}`), t("level", { level: mission.difficulty })];
  if (mission.duration_minutes) {
    facts.push(t("minutes", { minutes: mission.duration_minutes }));
  }
  facts.push(bytesText(missionBytes(mission), await getLocale()));
  return (
    <div className="head">
      <p className="row small">
        <Track track={mission.track} />
        <span className="soft">{facts.join(" · ")}</span>
      </p>
      <h1>{mission.title}</h1>
      <p className="prose">{mission.description}</p>
    </div>
  );
}
