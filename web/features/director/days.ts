import { addDays } from "../../client/days.ts";
import { instantOf } from "../actions/instants.ts";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** When a day of the zone ends, or now if it is not over; null for what is no day. */
export function dayEnd(day: string, zone: string, now: Date): string | null {
  if (!DAY.test(day) || Number.isNaN(Date.parse(day)) || addDays(day, 0) !== day) {
    return null;
  }
  const end = instantOf(`${addDays(day, 1)}T00:00`, zone);
  return new Date(Math.min(Date.parse(end), now.getTime())).toISOString();
}
