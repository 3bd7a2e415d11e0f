import { getTranslations } from "next-intl/server";
import { searchContent } from "@/api/ai";
import { savesData } from "@/features/learn/body";
import { catalogue, ownProgress } from "@/features/learn/catalogue";
import { hrefOf } from "@/features/learn/courses";
import { Icon } from "@/features/shell/Icon";
import { State } from "@/features/shell/State";
import { ai, load } from "@/server/caller";
import { ListViewReport } from "./ListViewReport";
import { FEW, isFiltered, type SearchQuery, searchHref } from "./query";
import { SearchResult } from "./SearchResult";

/** What was found, best first; or what to do where nothing was, or search is away. */
export async function Results({ query }: { query: SearchQuery }) {
  const { q, type, track, level, limit } = query;
  const filters = { ...(type && { type }), ...(track && { track }), ...(level && { level }) };
  const [t, found, offered, own] = await Promise.all([
    getTranslations("search"),
    load(searchContent({ client: ai, query: { q, limit, ...filters } })),
    catalogue(),
    ownProgress(),
  ]);
  if (!found.data) {
    return <Away status={found.problem.status} />;
  }
  const { results } = found.data;
  if (results.length === 0) {
    return (
      <State icon="search" title={t("none.title")}>
        <p>{isFiltered(query) ? t("none.filtered") : t("none.text")}</p>
        {isFiltered(query) && (
          <a className="btn" href={searchHref({ q, limit: FEW })}>
            {t("none.all")}
          </a>
        )}
      </State>
    );
  }
  return (
    <>
      <div className="row apart" role="status">
        <h2>{t("found", { count: results.length })}</h2>
        <span className="meta">{t("bestFirst")}</span>
      </div>
      <ol className="list prose">
        {results.map((one) => (
          <SearchResult
            key={one.content_id}
            found={one}
            asked={q}
            catalogue={offered.data ?? null}
            progress={own.data ?? null}
          />
        ))}
      </ol>
      {!(await savesData()) && (
        <ListViewReport
          surface="search"
          items={results.slice(0, 50).map(({ content_id: contentId }, index) => ({
            contentId,
            place: index + 1,
            href: hrefOf(contentId),
          }))}
        />
      )}
      {limit === FEW && results.length === FEW && (
        <p>
          <a className="btn" href={searchHref({ ...query, limit: FEW + 1 })}>
            {t("more")}
          </a>
        </p>
      )}
      <div className="note prose">
        <Icon name="search" />
        <strong>{t("other.title")}</strong>
        <span>{t("other.text")}</span>
      </div>
    </>
  );
}

/** Search by meaning does not answer: what still works without it. */
async function Away({ status }: { status: number }) {
  const t = await getTranslations("search");
  return (
    <State icon="alert" title={status === 429 ? t("away.often") : t("away.title")}>
      <p>{status === 429 ? t("away.oftenText") : t("away.text")}</p>
      <div className="acts">
        <a className="btn" href="/learn">
          {t("away.learn")}
        </a>
        <a className="btn quiet" href="/missions">
          {t("away.missions")}
        </a>
      </div>
    </State>
  );
}
