import type { Currency } from "@/api/core";

/** Decimal places of ISO 4217, as core counts minor units; those of browsers differ for some. */
const PLACES: Partial<Record<Currency, number>> = {
  BIF: 0,
  DJF: 0,
  GNF: 0,
  KMF: 0,
  RWF: 0,
  UGX: 0,
  XAF: 0,
  XOF: 0,
  LYD: 3,
  TND: 3,
};

/** Where amounts have three decimal places a point or comma before three digits begins these. */
const AMOUNT_IN_THOUSANDTHS = /^([0-9]{1,3}(?:[\s'’][0-9]{3})+|[0-9]+)(?:[.,]([0-9]+))?$/;
const AMOUNT = /^([0-9]{1,3}(?:[\s,.'’][0-9]{3})+|[0-9]+)(?:[.,]([0-9]+))?$/;

/** The minor units of what a person typed, such as 1500, 1,500.50 or 1 500,5; null if it is none. */
export function minorUnits(text: string, currency: string): number | null {
  const places = PLACES[currency as Currency] ?? 2;
  const pattern = places === 3 ? AMOUNT_IN_THOUSANDTHS : AMOUNT;
  const [, whole = "", rest = ""] = pattern.exec(text.trim()) ?? [];
  if (whole === "" || rest.length > places) {
    return null;
  }
  return Number(whole.replaceAll(/\D/g, "") + rest.padEnd(places, "0"));
}

export interface Price {
  currency: string;
  /** As it was typed, if it is no amount of the currency: the API refuses it. */
  amount: number | string;
}

/** Prices from lines such as "KES 1500.00". */
export function pricesIn(text: string): Price[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter(Boolean).map((line) => {
    const currency = line.slice(0, 3).toUpperCase();
    const amount = line.slice(3).trim();
    return { currency, amount: minorUnits(amount, currency) ?? amount };
  });
}

/** As `pricesIn` reads them. */
export function priceLines(prices: { currency: Currency; amount: number }[]): string {
  const lines = prices.map(({ currency, amount }) => {
    const places = PLACES[currency] ?? 2;
    return `${currency} ${(amount / 10 ** places).toFixed(places)}`;
  });
  return lines.join("\n");
}

/** As "KES 1,500" or "USD 12.50"; in French as "1 500 KES". */
export function moneyText(amount: number, currency: Currency, locale: string): string {
  const places = PLACES[currency] ?? 2;
  const unit = 10 ** places;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "code",
    minimumFractionDigits: amount % unit ? places : 0,
    maximumFractionDigits: places,
  }).format(amount / unit);
}
