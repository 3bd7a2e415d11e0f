export const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

/** The language and the zone of a page, for times that a script writes. */
export interface Place {
  locale: string;
  timeZone: string;
}

/** The time of day, "14:03", for scripts. */
export function clockText(moment: Date, { locale, timeZone }: Place): string {
  return new Intl.DateTimeFormat(locale, { ...CLOCK, timeZone }).format(moment);
}

/** "Nairobi". */
export function zonePlace(timeZone: string): string {
  return timeZone.split("/").at(-1)?.replaceAll("_", " ") ?? timeZone;
}
