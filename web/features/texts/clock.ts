import type { Place } from "./when";

/** The time of day, "14:03", for scripts. */
export function clockText(moment: Date, { locale, timeZone }: Place): string {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone } as const;
  return new Intl.DateTimeFormat(locale, options).format(moment);
}
