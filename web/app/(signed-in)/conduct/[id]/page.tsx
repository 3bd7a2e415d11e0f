import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { conductQueueRead, type QueuedReportDetail } from "@/api/core";
import { Decide } from "@/features/conduct/Decide";
import { ReportBadge } from "@/features/conduct/ReportBadge";
import { Decisions, Story } from "@/features/conduct/Story";
import { ProblemState } from "@/features/shell/Problem";
import { userTexts } from "@/features/times/people";
import { times } from "@/features/times/times";
import { core, load, requireSession } from "@/server/caller";

interface Properties {
  params: Promise<{ id: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("conduct"))("one") };
}

export default async function ReportPage({ params }: Properties) {
  await requireSession();
  const path = { report_id: (await params).id };
  const { data, problem } = await load(conductQueueRead({ client: core, path }));
  if (problem) {
    return problem.status === 404 ? notFound() : <ProblemState problem={problem} level={1} />;
  }
  return (
    <>
      <Head report={data} />
      <div className="cols stack wide">
        <div className="stack wide">
          <Decide report={data} />
          <Story report={data} />
        </div>
        <Decisions decisions={data.decisions} />
      </div>
    </>
  );
}

async function Head({ report }: { report: QueuedReportDetail }) {
  const { reason, reported, reporter, state, created_at } = report;
  const [t, when, textOf] = await Promise.all([getTranslations("conduct"), times(), userTexts()]);
  const by = textOf(reporter, report.reporter_name);
  return (
    <div className="head">
      <p className="row small">
        <a href="/conduct">{t("all")}</a>
      </p>
      <h1>{t(`reasons.${reason}`)}</h1>
      <p className="row">
        <ReportBadge state={state} />
        <span className="meta">
          {t("reported", { moment: when.moment(created_at), zone: when.zoneName() })}
        </span>
      </p>
      <p className="row">
        {t("about")} <a href={`/members/${reported}`}>{textOf(reported, report.reported_name)}</a>
      </p>
      <p className="row">
        {t("by")} {reporter === null ? by : <a href={`/members/${reporter}`}>{by}</a>}
      </p>
    </div>
  );
}
