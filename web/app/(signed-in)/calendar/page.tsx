import type { Metadata } from "next";
import { getFormatter, getTimeZone, getTranslations } from "next-intl/server";
import { addDays, todayOf } from "@/client/days";
import { entriesBetween } from "@/features/calendar/entries";
import { beginOf, byDay, weekOf } from "@/features/calendar/eventDays";
import { FeedCard } from "@/features/calendar/FeedCard";
import { Week } from "@/features/calendar/Week";
import { ProblemState } from "@/features/shell/Problem";
import { zonePlace } from "@/features/times/clock";
import { type Query, queryText } from "@/server/pages";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("calendar"))("title") };
}

export default async function Calendar({ searchParams }: { searchParams: Promise<Query> }) {
  const [t, format] = [await getTranslations("calendar"), await getFormatter()];
  const zone = await getTimeZone();
  const today = todayOf({ time_zone: zone, day_start_hour: 0 });
  const monday = weekOf(queryText(await searchParams, "week"), today);
  const [begin, end] = [beginOf(monday, zone), beginOf(addDays(monday, 7), zone)];
  const { entries, problems, areMore } = await entriesBetween(begin, end);
  const [problem] = problems;
  const isKnown = entries.length > 0 || !problem;
  const written = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("zone", { zone: zonePlace(zone) })}</p>
      </div>
      <div className="cols stack wide">
        <section className="stack" aria-labelledby="week">
          <h2 id="week">{t("week", { date: format.dateTime(new Date(monday), written) })}</h2>
          <Weeks monday={monday} />
          {problem && <ProblemState problem={problem} />}
          {isKnown && <Week days={byDay(entries, monday, zone)} today={today} />}
          {areMore && <p className="meta">{t("more")}</p>}
          <p className="row">
            <a href="/settings#language">{t("changeZone")}</a>
          </p>
        </section>
        <FeedCard />
      </div>
    </>
  );
}

async function Weeks({ monday }: { monday: string }) {
  const t = await getTranslations("calendar");
  return (
    <nav className="row" aria-label={t("weeks")}>
      <a className="btn" href={`/calendar?week=${addDays(monday, -7)}`}>
        {t("before")}
      </a>
      <a className="btn" href="/calendar">
        {t("thisWeek")}
      </a>
      <a className="btn" href={`/calendar?week=${addDays(monday, 7)}`}>
        {t("after")}
      </a>
    </nav>
  );
}
