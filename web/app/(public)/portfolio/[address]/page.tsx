import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { cache } from "react";
import { portfolioReadPublic } from "@/api/core";
import { Shown } from "@/features/portfolio/Shown";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { core, load } from "@/server/caller";

interface Properties {
  params: Promise<{ address: string }>;
}

const ADDRESS = /^[\w-]{1,43}$/;

const read = cache(async (address: string) => {
  if (!ADDRESS.test(address)) {
    notFound();
  }
  const found = await load(portfolioReadPublic({ client: core, path: { address } }));
  if (found.problem?.status === 404) {
    notFound();
  }
  return found;
});

export async function generateMetadata({ params }: Properties): Promise<Metadata> {
  const [t, { data }] = [await getTranslations("portfolio"), await read((await params).address)];
  const title = data ? t("public.title", { name: data.name }) : t("title");
  return { title, robots: { index: data?.may_be_indexed ?? false, follow: false } };
}

export default async function Page({ params }: Properties) {
  const t = await getTranslations("portfolio.public");
  const { data, problem } = await read((await params).address);
  return (
    <>
      {data && (
        <div className="head">
          <h1>{data.name}</h1>
          <p className="soft">{data.headline}</p>
        </div>
      )}
      <div className="stack">
        {data && <Shown portfolio={data} />}
        {problem?.status === 429 && (
          <State icon="clock" title={t("busy")}>
            <p>{t("busyText")}</p>
          </State>
        )}
        {problem && problem.status !== 429 && <ProblemState problem={problem} />}
      </div>
    </>
  );
}
