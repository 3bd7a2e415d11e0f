/** Days as `2026-11-28`, without a time and a zone. */

const DAY_MS = 24 * 3600 * 1000;
/** So many days before today may still be recorded. */
export const LATE_DAYS = 7;

interface Clock {
  time_zone: string;
  day_start_hour: number;
}

/** The day it is for the user: before the hour at which their day starts, still yesterday. */
export function todayOf({ time_zone, day_start_hour }: Clock, now: Date = new Date()): string {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: time_zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
  }).formatToParts(now);
  const value = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  const date = `${value("year")}-${value("month")}-${value("day")}`;
  return Number(value("hour")) < day_start_hour ? addDays(date, -1) : date;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

export function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS);
}

/** 1 is Monday, 7 is Sunday. */
export function weekdayOf(date: string): number {
  return new Date(date).getUTCDay() || 7;
}

export function mondayOf(date: string): string {
  return addDays(date, 1 - weekdayOf(date));
}

/** Monday to Sunday. */
export function weekFrom(monday: string): string[] {
  return Array.from({ length: 7 }, (_, place) => addDays(monday, place));
}

export interface Range {
  first_day: string;
  last_day: string | null;
}

export function isWithin(date: string, { first_day, last_day }: Range): boolean {
  return first_day <= date && (last_day === null || date <= last_day);
}
