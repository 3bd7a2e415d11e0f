import { addDays, mondayOf } from "../../client/days.ts";
import { instantOf } from "../actions/instants.ts";

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The Monday of the week that the address names, else of this one. */
export function weekOf(wanted: string | undefined, today: string): string {
  const isDate = wanted && DATE.test(wanted) && !Number.isNaN(Date.parse(wanted));
  return mondayOf(isDate ? wanted : today);
}

/** When a day begins in a time zone. */
export function beginOf(date: string, zone: string): Date {
  return new Date(instantOf(`${date}T00:00`, zone));
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
