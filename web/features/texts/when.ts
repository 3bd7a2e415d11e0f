import "server-only";
import { getFormatter, getLocale, getTimeZone, getTranslations } from "next-intl/server";

export interface Place {
  locale: string;
  timeZone: string;
}

/** The language and the zone of the page, for times that a script writes. */
export async function pagePlace(): Promise<Place> {
  return { locale: await getLocale(), timeZone: await getTimeZone() };
}

/** "Sunday 29 November, 23:59 Nairobi time". */
export async function momentText(iso: string): Promise<string> {
  const [t, format, zone] = [
    await getTranslations("missions"),
    await getFormatter(),
    await getTimeZone(),
  ];
  const moment = new Date(iso);
  const date = format.dateTime(moment, { weekday: "long", day: "numeric", month: "long" });
  const time = format.dateTime(moment, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return t("moment", { date, time, zone: cityOf(zone) });
}

/** "21 November". */
export async function dayText(iso: string): Promise<string> {
  return (await getFormatter()).dateTime(new Date(iso), { day: "numeric", month: "long" });
}

/** "14:03", in the zone of the page. */
export async function hourText(iso: string): Promise<string> {
  const format = await getFormatter();
  return format.dateTime(new Date(iso), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

function cityOf(zone: string): string {
  return zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
}
