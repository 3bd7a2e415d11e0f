import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { missionsList } from "@/api/core";
import { catalogue, ownProgress } from "@/features/learn/catalogue";
import { first, levelOf, oneOf, TRACKS } from "@/features/learn/vocabulary";
import {
  MISSION_TYPES,
  MissionFilters,
  type MissionQuery,
} from "@/features/missions/MissionFilters";
import { MissionRow } from "@/features/missions/MissionRow";
import { RecommendedLater } from "@/features/missions/Recommended";
import { UnderWay } from "@/features/missions/UnderWay";
import { ProblemState } from "@/features/shell/Problem";
import { State } from "@/features/shell/State";
import { core, load, requireSession } from "@/server/caller";

interface Properties {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("missions"))("title") };
}

/** The missions on offer, with those that the learner works on first. */
export default async function Missions({ searchParams }: Properties) {
  await requireSession();
  const given = await searchParams;
  const query: MissionQuery = {
    q: first(given.q)?.trim().slice(0, 100) || undefined,
    track: oneOf(first(given.track), TRACKS),
    difficulty: levelOf(first(given.difficulty)),
    mission_type: oneOf(first(given.mission_type), MISSION_TYPES),
  };
  const cursor = first(given.cursor);
  const [t, listed, own, offered] = await Promise.all([
    getTranslations("missions"),
    load(missionsList({ client: core, query: { ...defined(query), ...(cursor && { cursor }) } })),
    ownProgress(),
    catalogue(),
  ]);
  const isFiltered = Object.keys(defined(query)).length > 0;
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("introduction")}</p>
      </div>
      <div className="stack wide">
        {!isFiltered && !cursor && own.data && offered.data && (
          <UnderWay progress={own.data} catalogue={offered.data} />
        )}
        {!isFiltered && !cursor && <RecommendedLater />}
        <section className="stack" aria-labelledby="offered">
          <h2 id="offered">{t("offered", { count: listed.data?.count ?? 0 })}</h2>
          <MissionFilters query={query} />
          {listed.problem && <ProblemState problem={listed.problem} />}
          {listed.data?.results.length === 0 && (
            <State icon="mission" title={t("empty.title")}>
              <p>{isFiltered ? t("empty.filtered") : t("empty.text")}</p>
              {isFiltered && (
                <a className="btn" href="/missions">
                  {t("empty.all")}
                </a>
              )}
            </State>
          )}
          {listed.data && (
            <ul className="list prose">
              {listed.data.results.map((mission) => (
                <MissionRow key={mission.id} mission={mission} progress={own.data ?? null} />
              ))}
            </ul>
          )}
          {listed.data?.next && (
            <p>
              <a className="btn" href={nextHref(query, listed.data.next)}>
                {t("more")}
              </a>
            </p>
          )}
        </section>
      </div>
    </>
  );
}

function defined(query: MissionQuery): MissionQuery {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

/** The same list from where this page of it ends. */
function nextHref(query: MissionQuery, next: string): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(defined(query))) {
    params.set(name, `${value}`);
  }
  params.set("cursor", new URL(next, "http://core").searchParams.get("cursor") ?? "");
  return `/missions?${params}`;
}
