const KILOBYTE = 1000;
const MEGABYTE = 1_000_000;
const NO_BREAK = "\u00a0";

/** As "96 KB" or "5.2 MB"; in Swahili the unit stands first, and French counts in octets. */
export function bytesText(bytes: number, locale: string): string {
  const isLarge = bytes >= MEGABYTE;
  return withUnit(amount(bytes, isLarge, locale), isLarge, locale);
}

/** As "5.2 of 8.1 MB": both in the unit of the whole. `of` is a template with {part} and {whole}. */
export function shareText(bytes: number, total: number, locale: string, of: string): string {
  const isLarge = total >= MEGABYTE;
  const [part, whole] = [amount(bytes, isLarge, locale), amount(total, isLarge, locale)];
  return withUnit(of.replace("{part}", part).replace("{whole}", whole), isLarge, locale);
}

function amount(bytes: number, isLarge: boolean, locale: string): string {
  const value = isLarge ? bytes / MEGABYTE : Math.ceil(bytes / KILOBYTE);
  return new Intl.NumberFormat(locale, { maximumFractionDigits: isLarge ? 1 : 0 }).format(value);
}

function withUnit(text: string, isLarge: boolean, locale: string): string {
  const unit = (isLarge ? "M" : "K") + (locale === "fr" ? "o" : "B");
  const parts = locale === "sw" ? [unit, text] : [text, unit];
  return parts.join(NO_BREAK);
}
