import type { Metadata } from "next";
import { headers } from "next/headers";
import { getFormatter, getTranslations } from "next-intl/server";
import { certificatesList, portfolioListWorks, portfolioRead } from "@/api/core";
import { Editor } from "@/features/portfolio/Editor";
import { PublicPage } from "@/features/portfolio/PublicPage";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { textsOf } from "@/server/texts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("portfolio"))("title") };
}

export default async function Page() {
  const [t, format] = [await getTranslations("portfolio"), await getFormatter()];
  const [portfolio, works, certificates] = await Promise.all([
    load(portfolioRead({ client: core })),
    load(portfolioListWorks({ client: core, query: { page_size: 100 } })),
    load(certificatesList({ client: core, query: { state: "valid", page_size: 100 } })),
  ]);
  const problem = portfolio.problem ?? works.problem ?? certificates.problem;
  const day = (time: string, timeZone?: string) =>
    format.dateTime(new Date(time), { dateStyle: "long", ...(timeZone && { timeZone }) });
  const hasMore = Boolean(works.data?.next || certificates.data?.next);
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("introduction")}</p>
      </div>
      <div className="stack">
        {problem && <ProblemState problem={problem} />}
        {portfolio.data && works.data && certificates.data && (
          <>
            <PublicPage
              address={portfolio.data.address}
              host={(await headers()).get("host") ?? ""}
            />
            {hasMore && <p className="meta">{t("form.more")}</p>}
            <Editor
              portfolio={portfolio.data}
              ifMatch={portfolio.response.headers.get("etag")}
              works={works.data.results.map((one) => ({
                ...one,
                day: one.passed_at ? day(one.passed_at) : "",
              }))}
              certificates={certificates.data.results.map((one) => ({
                id: one.id,
                title: one.program_title,
                day: day(one.completed_on, "UTC"),
              }))}
              texts={(await textsOf("portfolio")).form}
            />
          </>
        )}
      </div>
    </>
  );
}
