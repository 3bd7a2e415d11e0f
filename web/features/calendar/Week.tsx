import { getFormatter, getTranslations } from "next-intl/server";
import { Icon } from "@/features/shell/Icon";
import { State } from "@/features/shell/State";
import { zonePlace } from "@/features/times/clock";
import { times } from "@/features/times/times";
import type { Entry } from "./entries";
import type { DayOf } from "./eventDays";

interface Properties {
  days: DayOf<Entry>[];
  today: string;
}

/** The days of a week that have events, and today. */
export async function Week({ days, today }: Properties) {
  const [t, format] = [await getTranslations("calendar"), await getFormatter()];
  const written = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" } as const;
  if (days.every(({ events }) => events.length === 0)) {
    return (
      <State icon="clock" title={t("empty")}>
        <p>{t("emptyText")}</p>
      </State>
    );
  }
  return days
    .filter(({ events }) => events.length > 0)
    .map((day) => (
      <section
        className={day.date === today ? "card now" : "card"}
        key={day.date}
        aria-labelledby={`day-${day.date}`}
      >
        <div className="row apart">
          <h3 id={`day-${day.date}`}>{format.dateTime(new Date(day.date), written)}</h3>
          {day.date === today && <span className="badge">{t("today")}</span>}
        </div>
        <ul className="list">
          {day.events.map((event) => (
            <Event key={event.id} event={event} day={day} />
          ))}
        </ul>
      </section>
    ));
}

async function Event({ event, day }: { event: Entry; day: DayOf<Entry> }) {
  const t = await getTranslations("calendar");
  const { title, description, location, state, href } = event;
  return (
    <li>
      <div className="row apart">
        <h4 className="row">{href ? <a href={href}>{title}</a> : title}</h4>
        {state === "proposed" && (
          <span className="badge warn">
            <Icon name="clock" />
            {t("proposed")}
          </span>
        )}
        {state === "cancelled" && (
          <span className="badge bad">
            <Icon name="alert" />
            {t("cancelled")}
          </span>
        )}
      </div>
      <p className="num">{await timeOf(event, day)}</p>
      <LocalTime event={event} />
      {location && <p>{location}</p>}
      {description && <p className="soft">{description}</p>}
    </li>
  );
}

async function timeOf(event: Entry, { begin, end }: DayOf<Entry>): Promise<string> {
  const [t, when] = [await getTranslations("calendar"), await times()];
  const [start, finish] = [new Date(event.starts_at), new Date(event.ends_at)];
  const [from, until] = [when.clock(start), when.clock(finish)];
  const [beginsBefore, endsAfter] = [start < begin, finish > end];
  if (beginsBefore && endsAfter) {
    return t("allDay");
  }
  if (beginsBefore) {
    return t("fromDayBefore", { until });
  }
  return endsAfter ? t("toDayAfter", { from }) : t("time", { from, until });
}

/** For an event in another time zone than the page's. */
async function LocalTime({ event }: { event: Entry }) {
  const [t, when] = [await getTranslations("calendar"), await times()];
  const timeZone = event.time_zone;
  if (timeZone === null || timeZone === when.zone) {
    return null;
  }
  const from = when.clock(event.starts_at, timeZone);
  const until = when.clock(event.ends_at, timeZone);
  if (when.clock(event.starts_at) === from) {
    return null;
  }
  return <p className="meta">{t("localTime", { from, until, zone: zonePlace(timeZone) })}</p>;
}
