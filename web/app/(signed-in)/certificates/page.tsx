import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { certificatesList } from "@/api/core";
import { Certificates } from "@/features/certificates/Certificates";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("certificates"))("title") };
}

export default async function Page({ searchParams }: { searchParams: Promise<Query> }) {
  const t = await getTranslations("certificates");
  const cursor = queryText(await searchParams, "cursor");
  const query = cursor ? { cursor } : {};
  const { data, problem } = await load(certificatesList({ client: core, query }));
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("introduction")}</p>
      </div>
      <div className="stack">
        {data ? <Certificates page={data} /> : <ProblemState problem={problem} />}
      </div>
    </>
  );
}
