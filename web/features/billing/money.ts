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
