import { getTranslations } from "next-intl/server";
import { type Cohort, calendarEventsList, cohortsListAnnouncements } from "@/api/core";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

const EVENTS = 5;

/** For those who are in the cohort or manage it; nothing for others. */
export async function Announcements({ cohort }: { cohort: Cohort }) {
  const path = { cohort_id: cohort.id };
  const [t, when, announcements] = await Promise.all([
    getTranslations("cohorts.news"),
    times(),
    load(cohortsListAnnouncements({ client: core, path })),
  ]);
  if (!announcements.data) {
    return null;
  }
  return (
    <section className="stack" aria-labelledby="news">
      <h2 id="news">{t("title")}</h2>
      {announcements.data.results.length === 0 && <p>{t("none")}</p>}
      <ul className="list">
        {announcements.data.results.map(({ id, title, text, created_at }) => (
          <li key={id}>
            <h3>{title}</h3>
            <p>{text}</p>
            <p className="meta">{when.moment(created_at)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The next events of the cohort's organization. */
export async function NextDates({ cohort }: { cohort: Cohort }) {
  const query = {
    organization: cohort.organization,
    from: new Date().toISOString(),
    page_size: EVENTS,
  };
  const [t, when, events] = await Promise.all([
    getTranslations("cohorts.calendar"),
    times(),
    load(calendarEventsList({ client: core, query })),
  ]);
  if (!events.data) {
    return null;
  }
  return (
    <section className="stack" aria-labelledby="dates">
      <h2 id="dates">{t("title")}</h2>
      {events.data.results.length === 0 && <p>{t("none")}</p>}
      <ul className="list">
        {events.data.results.map(({ id, title, location, starts_at, state }) => (
          <li key={id}>
            <h3>{title}</h3>
            <p className="meta num">
              {when.moment(starts_at)}, {when.zoneName()}
              {location && `, ${location}`}
              {state === "cancelled" && `, ${t("cancelled")}`}
            </p>
          </li>
        ))}
      </ul>
      <p>
        <a className="btn" href="/calendar">
          {t("all")}
        </a>
      </p>
    </section>
  );
}
