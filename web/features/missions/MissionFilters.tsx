import { getTranslations } from "next-intl/server";
import type { MissionType, Track } from "@/api/core";
import { LEVELS, TRACKS } from "@/features/learn/vocabulary";
import { SelectField } from "@/features/texts/SelectField";

export interface MissionQuery {
  q?: string | undefined;
  track?: Track | undefined;
  difficulty?: number | undefined;
  mission_type?: MissionType | undefined;
}

export const MISSION_TYPES = ["lab", "scenario", "project", "capstone"] as const;

/** Filters of the list of missions as a form that needs no script. */
export async function MissionFilters({ query }: { query: MissionQuery }) {
  const [t, learn] = [await getTranslations("missions"), await getTranslations("learn")];
  const any = (text: string) => ({ value: "", text });
  return (
    <details open={Boolean(query.q || query.track || query.difficulty || query.mission_type)}>
      <summary>{t("filter.title")}</summary>
      <form className="stack" action="/missions">
        <div className="field">
          <label htmlFor="q">{t("filter.words")}</label>
          <input id="q" name="q" type="search" maxLength={100} defaultValue={query.q} />
        </div>
        <div className="two stack">
          <SelectField
            name="track"
            label={t("filter.track")}
            value={query.track}
            options={[
              any(t("filter.allTracks")),
              ...TRACKS.map((track) => ({ value: track, text: learn(`tracks.${track}`) })),
            ]}
          />
          <SelectField
            name="difficulty"
            label={t("filter.level")}
            value={query.difficulty?.toString()}
            options={[
              any(t("filter.allLevels")),
              ...LEVELS.map((level) => ({ value: `${level}`, text: t("level", { level }) })),
            ]}
          />
          <SelectField
            name="mission_type"
            label={t("filter.type")}
            value={query.mission_type}
            options={[
              any(t("filter.allTypes")),
              ...MISSION_TYPES.map((type) => ({ value: type, text: t(`types.${type}`) })),
            ]}
          />
        </div>
        <button type="submit" className="btn">
          {t("filter.submit")}
        </button>
      </form>
    </details>
  );
}
