import { getTranslations } from "next-intl/server";
import type { Mentor } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { times } from "@/features/times/times";

/** What a mentor can help with, and whether they have room. */
export async function MentorFacts({ mentor }: { mentor: Mentor }) {
  const [t, find, when] = await Promise.all([
    getTranslations("mentorship"),
    getTranslations("mentorship.find"),
    times(),
  ]);
  const { tracks, languages, skills, session_minutes, time_zone, has_room } = mentor;
  const words = [
    languages.map((one) => t(`languages.${one}`)).join(", "),
    find("minutes", { minutes: session_minutes }),
    when.zoneName(time_zone),
  ].filter(Boolean);
  return (
    <>
      <p className="row">
        {tracks.map((track) => (
          <span className={`track ${track}`} key={track}>
            <Icon name={track} /> {t(`tracks.${track}`)}
          </span>
        ))}
        <span className={`badge ${has_room ? "ok" : ""}`}>
          <Icon name={has_room ? "check" : "clock"} /> {find(has_room ? "hasRoom" : "noRoom")}
        </span>
      </p>
      <p className="meta">{words.join(", ")}</p>
      {skills.length > 0 && <p className="meta">{skills.join(", ")}</p>}
    </>
  );
}
