import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { searchQuery } from "@/features/search/query";
import { Results } from "@/features/search/Results";
import { SearchForm } from "@/features/search/SearchForm";
import { State } from "@/features/shell/State";
import { requireSession } from "@/server/caller";

interface Properties {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata({ searchParams }: Properties): Promise<Metadata> {
  const [t, { q }] = [await getTranslations("search"), searchQuery(await searchParams)];
  return { title: q ? t("titleOf", { q }) : t("title") };
}

/** Search by meaning: a form and its results in one page, without a script. */
export default async function Search({ searchParams }: Properties) {
  await requireSession();
  const t = await getTranslations("search");
  const query = searchQuery(await searchParams);
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
      </div>
      <div className="stack prose">
        <SearchForm query={query} />
        {query.q ? (
          <Results query={query} />
        ) : (
          <State icon="search" title={t("empty.title")}>
            <p>{t("empty.text")}</p>
          </State>
        )}
      </div>
    </>
  );
}
