import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { conductQueueList, type QueuedReportPage, type ReportState } from "@/api/core";
import { Pages } from "@/features/actions/Pages";
import { QueueTable } from "@/features/conduct/QueueTable";
import { STATES } from "@/features/conduct/states";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { core, load, requireSession } from "@/server/caller";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("conduct"))("title") };
}

/** The reports that the caller decides, by their state. */
export default async function Conduct({ searchParams }: Properties) {
  await requireSession();
  const { state: wanted, cursor } = await searchParams;
  const state = STATES.find((one) => one === wanted) ?? "open";
  const query = { state, ...(cursor && { cursor }) };
  const [t, reports] = await Promise.all([
    getTranslations("conduct"),
    load(conductQueueList({ client: core, query })),
  ]);
  if (reports.problem) {
    return <ProblemState problem={reports.problem} level={1} />;
  }
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft prose">{t("lead")}</p>
      </div>
      <div className="stack">
        <Tabs state={state} />
        <List state={state} page={reports.data} />
      </div>
    </>
  );
}

async function Tabs({ state }: { state: ReportState }) {
  const t = await getTranslations("conduct");
  return (
    <nav className="tabs" aria-label={t("filter")}>
      {STATES.map((one) => (
        <a
          key={one}
          href={one === "open" ? "/conduct" : `/conduct?state=${one}`}
          aria-current={one === state ? "page" : undefined}
        >
          {t(`states.${one}`)}
        </a>
      ))}
    </nav>
  );
}

async function List({ state, page }: { state: ReportState; page: QueuedReportPage }) {
  const t = await getTranslations("conduct");
  if (page.results.length === 0) {
    return (
      <State icon="check" title={t(`empty.${state}`)}>
        <p>{t("emptyText")}</p>
      </State>
    );
  }
  return (
    <>
      <QueueTable reports={page.results} />
      <Pages
        label={t("pages")}
        next={page.next}
        previous={page.previous}
        page={`/conduct?state=${state}`}
        texts={{ next: t("next"), previous: t("previous") }}
      />
    </>
  );
}
