import { addDays, mondayOf } from "../../client/days.ts";

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The Monday of the week that the address names, else of this one. */
export function weekOf(wanted: string | undefined, today: string): string {
  const isDate = wanted && DATE.test(wanted) && !Number.isNaN(Date.parse(wanted));
  return mondayOf(isDate ? wanted : today);
}

/** When a day begins in a time zone. */
export function beginOf(date: string, zone: string): Date {
  const inUtc = Date.parse(date);
  const first = inUtc - offsetAt(inUtc, zone);
  // On the day that clocks change, midnight may have another offset than the guess.
  return new Date(inUtc - offsetAt(first, zone));
}

/** By how many milliseconds the clocks of a zone are ahead of UTC. */
function offsetAt(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(new Date(instant));
  const value = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const [year, month, day] = [value("year"), value("month") - 1, value("day")];
  const local = Date.UTC(year, month, day, value("hour"), value("minute"), value("second"));
  return local - Math.floor(instant / 1000) * 1000;
}

interface Timed {
  starts_at: string;
  ends_at: string;
}

export interface DayOf<T> {
  date: string;
  begin: Date;
  end: Date;
  events: T[];
}

/** The events of each day of a week; one that lasts over midnight stands on both days. */
export function byDay<T extends Timed>(events: T[], monday: string, zone: string): DayOf<T>[] {
  return [0, 1, 2, 3, 4, 5, 6].map((place) => {
    const date = addDays(monday, place);
    const [begin, end] = [beginOf(date, zone), beginOf(addDays(date, 1), zone)];
    const within = events.filter((event) => takesPlace(event, begin, end));
    return { date, begin, end, events: within };
  });
}

function takesPlace({ starts_at, ends_at }: Timed, begin: Date, end: Date): boolean {
  const [start, finish] = [new Date(starts_at), new Date(ends_at)];
  return (
    start < end && (finish > begin || (start >= begin && start.getTime() === finish.getTime()))
  );
}

/** "Nairobi" of "Africa/Nairobi". */
export function placeOf(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}
