import { getTranslations } from "next-intl/server";
import { LEVELS, TRACKS, TYPES } from "@/features/learn/vocabulary";
import { Icon } from "@/features/shell/Icon";
import { SelectField } from "@/features/texts/SelectField";
import { isFiltered, type SearchQuery } from "./query";

/** The question and its filters as one form, which needs no script. */
export async function SearchForm({ query }: { query: SearchQuery }) {
  const [t, learn] = [await getTranslations("search"), await getTranslations("learn")];
  return (
    <search>
      <form className="stack tight" action="/search">
        <label htmlFor="q">{t("label")}</label>
        <div className="find">
          <input
            id="q"
            name="q"
            type="search"
            maxLength={512}
            defaultValue={query.q}
            enterKeyHint="search"
          />
          <button type="submit" className="btn next">
            <Icon name="search" />
            <span>{t("submit")}</span>
          </button>
        </div>
        <details open={isFiltered(query)}>
          <summary>{t("filter.title")}</summary>
          <div className="two stack">
            <SelectField
              name="type"
              label={t("filter.type")}
              value={query.type}
              options={[
                { value: "", text: t("filter.allTypes") },
                ...TYPES.map((type) => ({ value: type, text: learn(`types.${type}`) })),
              ]}
            />
            <SelectField
              name="level"
              label={t("filter.level")}
              value={query.level?.toString()}
              options={[
                { value: "", text: t("filter.allLevels") },
                ...LEVELS.map((level) => ({ value: `${level}`, text: learn("level", { level }) })),
              ]}
            />
            <SelectField
              name="track"
              label={t("filter.track")}
              value={query.track}
              options={[
                { value: "", text: t("filter.allTracks") },
                ...TRACKS.map((track) => ({ value: track, text: learn(`tracks.${track}`) })),
              ]}
            />
          </div>
        </details>
      </form>
    </search>
  );
}
