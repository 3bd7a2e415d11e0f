import "server-only";
import { getLocale, getTimeZone } from "next-intl/server";

export interface Place {
  locale: string;
  timeZone: string;
}

/** The language and the zone of the page, for times that a script writes. */
export async function pagePlace(): Promise<Place> {
  return { locale: await getLocale(), timeZone: await getTimeZone() };
}

/** "21 November". */
export async function dayText(iso: string): Promise<string> {
  return text(iso, { day: "numeric", month: "long" });
}

/** "14:03", in the zone of the page. */
export async function hourText(iso: string): Promise<string> {
  return text(iso, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

async function text(iso: string, options: Intl.DateTimeFormatOptions): Promise<string> {
  const { locale, timeZone } = await pagePlace();
  return new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(new Date(iso));
}
