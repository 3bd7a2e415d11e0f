import { getTranslations } from "next-intl/server";
import type { Recommendation, ShortList } from "@/api/ai";
import type { Verdict } from "@/api/core";
import { savesData } from "@/features/learn/body";
import { ListViewReport } from "@/features/search/ListViewReport";
import { Icon } from "@/features/shell/Icon";
import { ProblemState } from "@/features/shell/Problem";
import { item, itemAddress, overview, recommended, verdicts } from "./data";
import { Feedback, type FeedbackTexts } from "./Feedback";
import { type NextStep, subjectOf } from "./nextStep";

const LISTED = 3;

/** What is recommended besides the next step. */
export async function OpenItems({ step }: { step: NextStep }) {
  const t = await getTranslations("home");
  const [{ data, problem }, verdictsByItem] = await Promise.all([recommended(), verdicts()]);
  const known = await overview();
  const first = subjectOf(step)?.id ?? null;
  const named = new Set([first, ...(known.data?.actions.map(({ subject }) => subject) ?? [])]);
  const all = data?.recommendations ?? [];
  const others = all.filter(({ content_id }) => !named.has(content_id));
  const listed = others.slice(0, LISTED);
  return (
    <section className="stack" aria-labelledby="open">
      <h2 id="open">{t("open.heading")}</h2>
      {problem && <ProblemState problem={problem} />}
      {data && others.length === 0 && <p>{t("open.none")}</p>}
      <ol className="list">
        {listed.map((one) => (
          <OpenItem
            key={one.content_id}
            recommendation={one}
            verdict={verdictsByItem.get(one.content_id)}
          />
        ))}
      </ol>
      {data?.short && listed.length < LISTED && (
        <p className="meta">{t("open.short", notListed(data.short))}</p>
      )}
      <a className="btn" href="/search">
        {t("open.search")}
      </a>
      {!(await savesData()) && (
        <ListViewReport surface="home" items={shownItems(all, [first, ...listed])} />
      )}
    </section>
  );
}

/** Those that the page shows, at their places in the whole list. */
function shownItems(all: Recommendation[], shown: (Recommendation | string | null)[]) {
  return all.flatMap((one, index) =>
    shown.includes(one) || shown.includes(one.content_id)
      ? { contentId: one.content_id, place: index + 1, href: itemAddress(one.content_id) }
      : [],
  );
}

function notListed({ other_track, other_level, prerequisites }: ShortList) {
  return { track: other_track, level: other_level, prerequisites };
}

interface Properties {
  recommendation: Recommendation;
  verdict: Verdict | undefined;
}

async function OpenItem({ recommendation, verdict }: Properties) {
  const t = await getTranslations("home");
  const { content_id, content_type, title, reason, opens } = recommendation;
  const content = await item(content_id);
  const facts = content && { level: content.level, minutes: content.duration_minutes };
  return (
    <li>
      <h3>
        <a href={itemAddress(content_id)}>{title}</a>
      </h3>
      <p className="meta">
        {t(`types.${content_type}`)}
        {facts && ` · ${t("open.facts", facts)}`}
        {opens ? ` · ${t("open.opens", { count: opens })}` : ""}
      </p>
      <p className="why" lang="en">
        {reason}
      </p>
      <Feedback
        contentId={content_id}
        verdict={verdict ?? null}
        texts={await feedbackTexts(title)}
        chosen={<Icon name="check" className="s" />}
      />
    </li>
  );
}

async function feedbackTexts(title: string): Promise<FeedbackTexts> {
  const t = await getTranslations("home.feedback");
  return {
    group: t("group", { title }),
    more_like_this: t("more"),
    not_for_me: t("not"),
    confirmation: {
      more_like_this: t("saidMore"),
      not_for_me: t("saidNot"),
      null: t("saidNothing"),
    },
    reload: t("reload"),
  };
}
