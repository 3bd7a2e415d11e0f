import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { certificatesVerify } from "@/api/core";
import { Verified } from "@/features/certificates/Verified";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { core, load } from "@/server/caller";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("certificates"))("verify.title") };
}

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const t = await getTranslations("certificates.verify");
  const { id } = await params;
  if (!UUID.test(id)) {
    notFound();
  }
  const path = { certificate_id: id };
  const { data, problem } = await load(certificatesVerify({ client: core, path }));
  if (problem?.status === 404) {
    notFound();
  }
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
      </div>
      <div className="stack">
        {data && <Verified certificate={data} />}
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
