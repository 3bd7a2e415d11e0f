export const LOCALES = ["en", "sw", "fr"] as const;
export type Locale = (typeof LOCALES)[number];

/** Each in its own language. */
export const LANGUAGE_NAMES = { en: "English", sw: "Kiswahili", fr: "Français" } as const;

/** With the dates and numbers of a place: those of English are not America's here. */
export const PLACED = { en: "en-GB", sw: "sw", fr: "fr" } as const;

/** The language of a page whose locale may name a place, too. */
export function languageOf(locale: string): Locale {
  const language = locale.split("-")[0];
  return isLocale(language) ? language : "en";
}

export function isLocale(name: string | undefined): name is Locale {
  return LOCALES.includes(name as Locale);
}

/** The first language of an Accept-Language header that we speak; English if there is none. */
export function localeFor(accepted: string): Locale {
  const wished = accepted.split(",").map((part) => {
    const [range = "", weight = ""] = part.trim().split(";q=");
    return { name: range.split("-")[0]?.toLowerCase(), weight: weight ? Number(weight) : 1 };
  });
  wished.sort((a, b) => b.weight - a.weight);
  return wished.map(({ name }) => name).find(isLocale) ?? "en";
}
