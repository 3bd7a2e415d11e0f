import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { type Claim, type QueueEntryPage, reviewClaimsList, reviewQueueList } from "@/api/core";
import { Pages } from "@/features/actions/Pages";
import { ClaimButton } from "@/features/reviews/ClaimButton";
import { HeldWorks } from "@/features/reviews/HeldWorks";
import { PromiseKept } from "@/features/reviews/PromiseKept";
import { QueueTable } from "@/features/reviews/QueueTable";
import { Note } from "@/features/shell/Note";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { times } from "@/features/times/times";
import { core, type LoadResult, load, requireSession } from "@/server/caller";

const DECIDED = ["passed", "changes_requested", "failed", "released"] as const;
const TABS = ["waiting", "mine", "second"] as const;
type Tab = (typeof TABS)[number];

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("reviews"))("title") };
}

function queue(second_opinion: "true" | "false", cursor?: string) {
  const query = { second_opinion, ...(cursor ? { cursor } : {}) };
  return load(reviewQueueList({ client: core, query }));
}

export default async function Reviews({ searchParams }: Properties) {
  await requireSession();
  const { tab: wanted, decided, cursor } = await searchParams;
  const tab = TABS.find((one) => one === wanted) ?? "waiting";
  const [t, waiting, second, claims] = await Promise.all([
    getTranslations("reviews"),
    queue("false", tab === "waiting" ? cursor : undefined),
    queue("true", tab === "second" ? cursor : undefined),
    load(reviewClaimsList({ client: core })),
  ]);
  if (waiting.problem?.status === 403) {
    return <ProblemState problem={waiting.problem} level={1} />;
  }
  const outcome = DECIDED.find((one) => one === decided);
  const held = claims.data?.results ?? [];
  const counts = { waiting: waiting.data?.count, second: second.data?.count, mine: held.length };
  return (
    <>
      <Head waiting={waiting} />
      <div className="stack">
        {outcome && <Note kind="ok" icon="check" title={t(`decided.${outcome}`)} />}
        <Tabs tab={tab} counts={counts} />
        {claims.problem ? <ProblemState problem={claims.problem} /> : <HeldWorks claims={held} />}
        {tab === "mine" ? (
          <Mine claims={held} />
        ) : (
          <Queue tab={tab} page={tab === "second" ? second : waiting} />
        )}
        {waiting.data?.results[0] && (
          <PromiseKept submission={waiting.data.results[0].submission} />
        )}
      </div>
    </>
  );
}

async function Head({ waiting }: { waiting: LoadResult<QueueEntryPage> }) {
  const [t, when] = [await getTranslations("reviews"), await times()];
  const oldest = waiting.data?.results[0];
  return (
    <div className="head row apart">
      <div>
        <h1>{t("title")}</h1>
        {waiting.data && (
          <p className="soft">
            {t("waitingLine", { count: waiting.data.count })}{" "}
            {oldest && t("oldestLine", { moment: when.moment(oldest.promised_by) })}
          </p>
        )}
      </div>
      {oldest && (
        <ClaimButton className="btn next" submission={oldest.submission} limit={t("limit")}>
          {t("takeOldest")}
        </ClaimButton>
      )}
    </div>
  );
}

async function Tabs({ tab, counts }: { tab: Tab; counts: Record<Tab, number | undefined> }) {
  const t = await getTranslations("reviews");
  return (
    <nav className="tabs" aria-label={t("tabs.label")}>
      {TABS.map((one) => (
        <a
          key={one}
          href={one === "waiting" ? "/reviews" : `/reviews?tab=${one}`}
          aria-current={one === tab ? "page" : undefined}
        >
          {t(`tabs.${one}`)}
          {counts[one] !== undefined && <span className="badge">{counts[one]}</span>}
        </a>
      ))}
    </nav>
  );
}

async function Queue({ tab, page }: { tab: Tab; page: LoadResult<QueueEntryPage> }) {
  const t = await getTranslations("reviews");
  if (page.problem) {
    return <ProblemState problem={page.problem} />;
  }
  if (page.data.results.length === 0) {
    return (
      <State icon="queue" title={t("empty.title")}>
        <p>{t("empty.text")}</p>
      </State>
    );
  }
  return (
    <>
      <QueueTable entries={page.data.results} />
      <Pages
        label={t("pages")}
        next={page.data.next}
        previous={page.data.previous}
        page={tab === "second" ? "/reviews?tab=second" : "/reviews"}
        texts={{ next: t("next"), previous: t("previous") }}
      />
    </>
  );
}

async function Mine({ claims }: { claims: Claim[] }) {
  const t = await getTranslations("reviews");
  return claims.length ? null : (
    <State icon="queue" title={t("emptyMine.title")}>
      <p>{t("emptyMine.text")}</p>
    </State>
  );
}
