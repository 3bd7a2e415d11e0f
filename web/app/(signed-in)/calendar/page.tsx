import type { Metadata } from "next";
import { getFormatter, getTimeZone, getTranslations } from "next-intl/server";
import { calendarEventsList } from "@/api/core";
import { addDays, todayOf } from "@/client/days";
import { beginOf, byDay, placeOf, weekOf } from "@/features/calendar/eventDays";
import { FeedCard } from "@/features/calendar/FeedCard";
import { Week } from "@/features/calendar/Week";
import { ProblemState } from "@/features/shell/Problem";
import { core, got } from "@/server/caller";
import { type Query, queryText } from "@/server/pages";

/** More events than this in a week are in the feed alone. */
const MOST = 100;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("calendar"))("title") };
}

export default async function Calendar({ searchParams }: { searchParams: Promise<Query> }) {
  const [t, format] = [await getTranslations("calendar"), await getFormatter()];
  const zone = await getTimeZone();
  const today = todayOf({ time_zone: zone, day_start_hour: 0 });
  const monday = weekOf(queryText(await searchParams, "week"), today);
  const query = {
    from: beginOf(monday, zone).toISOString(),
    to: beginOf(addDays(monday, 7), zone).toISOString(),
    page_size: MOST,
  };
  const { data, problem } = await got(calendarEventsList({ client: core, query }));
  const written = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
  return (
    <>
      <div className="head">
        <h1>{t("title")}</h1>
        <p className="soft">{t("zone", { zone: placeOf(zone) })}</p>
      </div>
      <div className="cols stack wide">
        <section className="stack" aria-labelledby="week">
          <h2 id="week">{t("week", { date: format.dateTime(new Date(monday), written) })}</h2>
          <Weeks monday={monday} />
          {problem && <ProblemState problem={problem} />}
          {data && <Week days={byDay(data.results, monday, zone)} today={today} />}
          {data?.next && <p className="meta">{t("more")}</p>}
          <p>
            {t("sessions")} <a href="/mentorship/sessions">{t("sessionsLink")}</a>
          </p>
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
