import { getTranslations } from "next-intl/server";
import type { ContentType, Track as TrackName } from "@/api/core";
import { Track } from "./Track";

interface Properties {
  track: TrackName | "";
  type: ContentType;
  level: number;
  minutes?: number | null | undefined;
  size?: string | undefined;
}

/** What an item is and what it costs: "Builders Course · level 1 · 150 min · 92 KB". */
export async function Facts({ track, type, level, minutes, size }: Properties) {
  const t = await getTranslations("learn");
  const facts = [t(`types.${type}`), t("level", { level })];
  if (minutes) {
    facts.push(t("minutes", { minutes }));
  }
  if (size) {
    facts.push(size);
  }
  return (
    <p className="row small">
      <Track track={track} />
      <span className="soft">{facts.join(" · ")}</span>
    </p>
  );
}
