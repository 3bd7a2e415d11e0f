import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { reflectionsList } from "@/api/core";
import { Reflections } from "@/features/coaching/Reflections";
import { reflectionShared } from "@/features/coaching/reflectionData";
import { Tabs } from "@/features/coaching/Tabs";
import { WriteReflection } from "@/features/coaching/WriteReflection";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("coaching"))("reflections.heading") };
}

export default async function Page({ searchParams }: { searchParams: Promise<Query> }) {
  const t = await getTranslations("coaching.reflections");
  const cursor = queryText(await searchParams, "cursor");
  const query = cursor ? { cursor } : {};
  const [list, shared] = await Promise.all([
    load(reflectionsList({ client: core, query })),
    reflectionShared(),
  ]);
  return (
    <>
      <div className="head">
        <h1>{t("heading")}</h1>
      </div>
      <Tabs current="reflections" />
      <div className="cols stack wide top-gap">
        <section className="stack" aria-labelledby="written">
          <h2 id="written">{t("listHeading")}</h2>
          {list.data ? (
            <Reflections page={list.data} shared={shared} />
          ) : (
            <ProblemState problem={list.problem} />
          )}
        </section>
        <section className="stack" aria-labelledby="write">
          <h2 id="write">{t("writeHeading")}</h2>
          <WriteReflection shared={shared} />
        </section>
      </div>
    </>
  );
}
