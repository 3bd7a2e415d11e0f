/** "27 Nov 2026, 18:20": a date and the time by the 24-hour clock. */
export const MOMENT = { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" } as const;
/** "18:20" */
export const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
