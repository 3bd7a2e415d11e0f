import { getTranslations } from "next-intl/server";
import type { Track as TrackName } from "@/api/core";
import { Icon } from "@/features/shell/Icon";

/** The glyph and the name of a track. */
export async function Track({ track }: { track: TrackName | "" }) {
  const t = await getTranslations("learn");
  return track ? (
    <span className={`track ${track}`}>
      <Icon name={track} />
      {t(`tracks.${track}`)}
    </span>
  ) : null;
}
