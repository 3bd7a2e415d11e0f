import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Currency, Entitlement, Plan, Subscription } from "../api/core/index.ts";
import { minorUnits, moneyText, priceLines, pricesIn } from "../features/billing/money.ts";
import {
  currentOf,
  daysUntil,
  phoneDigits,
  placeToPay,
  planOpening,
  unended,
} from "../features/billing/subscriptions.ts";

const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");

for (const [amount, currency, locale, text] of [
  [150_000, "KES", "en-KE", "KES 1,500"],
  [1_250, "USD", "en-KE", "USD 12.50"],
  [1_200, "USD", "fr", "12 USD"],
  [150_000, "KES", "fr", "1 500 KES"],
  [15_000, "RWF", "en-KE", "RWF 15,000"],
  [15_001, "MGA", "en-KE", "MGA 150.01"],
  [1_500, "TND", "fr", "1,500 TND"],
] as const) {
  test(`${amount} minor units of ${currency} are ${text} in ${locale}`, () => {
    assert.equal(plain(moneyText(amount, currency, locale)), text);
  });
}

test("each currency has the decimal places that core has", () => {
  const path = join(import.meta.dirname, "../../services/core/core/subscriptions/money.py");
  const table = /ISO_EXPONENTS[^{]*\{([\s\S]*?)\n\}/.exec(readFileSync(path, "utf8"))?.[1] ?? "";
  let count = 0;
  for (const [, codes, places] of table.matchAll(
    /fromkeys\(\s*(\((?:[^()]|\([^()]*\))*\)),\s*(\d),?\s*\)/g,
  )) {
    for (const [currency] of (codes ?? "").matchAll(/[A-Z]{3}/g)) {
      const unit = 10 ** Number(places);
      const digits = /\d+(?:\.\d+)?/.exec(moneyText(unit + 1, currency as Currency, "en"))?.[0];
      const expected = Number(places) ? (1 + 1 / unit).toFixed(Number(places)) : "2";
      assert.equal(digits, expected, currency);
      count += 1;
    }
  }
  assert.ok(count > 40, `${count}`);
});

const subscription = (id: string, state: Subscription["state"]) => ({ id, state }) as Subscription;

for (const [states, expected] of [
  [[], undefined],
  [["expired", "active"], 1],
  [["cancelled", "expired"], 0],
  [["expired", "expired"], 1],
] as const) {
  test(`of subscriptions that are ${states.join(" and ") || "none"}, the current is found`, () => {
    const all = states.map((state, place) => subscription(`${place}`, state));
    assert.equal(currentOf(all)?.id, expected?.toString());
  });
}

const NOW = Date.parse("2026-03-02T09:00:00Z");

for (const [moment, days] of [
  ["2026-03-23T09:00:00Z", 21],
  ["2026-03-02T10:00:00Z", 1],
  ["2026-03-02T09:00:00Z", 0],
  ["2026-02-02T09:00:00Z", 0],
] as const) {
  test(`at ${moment} there are ${days} days left`, () =>
    assert.equal(daysUntil(moment, NOW), days));
}

const plan = (rank: number, habits: number | null): Plan =>
  ({
    slug: `plan-${rank}`,
    rank,
    is_default: rank === 0,
    prices: rank ? [{ currency: "KES", amount: 100 }] : [],
    features: habits === null ? [] : [{ feature: "habits", limit: habits }],
  }) as unknown as Plan;
const given = (limit: number, ends_at: string | null = null): Entitlement =>
  ({ feature: "habits", limit, ends_at }) as Entitlement;

for (const [what, plans, held, expected] of [
  ["the cheapest that has it", [plan(20, 100), plan(0, null), plan(10, 50)], [], "plan-10"],
  ["one with a higher limit than is held", [plan(10, 50), plan(20, 100)], [given(50)], "plan-20"],
  ["one above the default plan", [plan(0, 50), plan(10, 50), plan(20, 60)], [], "plan-20"],
  ["none above the highest", [plan(10, 50)], [given(50)], undefined],
  ["none where no plan has it", [plan(10, null)], [], undefined],
] as const) {
  test(`the plan that opens more is ${what}`, () => {
    assert.equal(planOpening("habits", [...plans], [...held])?.slug, expected);
  });
}

test("what has ended is not held", () => {
  const all = [given(1, "2026-03-01T00:00:00Z"), given(2), given(3, "2026-04-01T00:00:00Z")];
  assert.deepEqual(
    unended(all, NOW).map(({ limit }) => limit),
    [2, 3],
  );
});

for (const text of ["254712345678", "0712 345 678", "+254 712-345678"]) {
  test(`the phone ${text} is asked as 254712345678`, () => {
    assert.equal(phoneDigits(text), "254712345678");
  });
}

test("a payment goes on at the gateway's page, or here while a phone is asked", () => {
  const page = "https://checkout.stripe.com/c/1";
  assert.equal(placeToPay(page, "/ours"), page);
  assert.equal(placeToPay("", "/ours"), "/ours");
  for (const wrong of [
    "http://checkout.stripe.com/c/1",
    "https://checkout.stripe.com.example/c/1",
    "https://checkout.stripe.com@other.example/",
    "javascript:alert(1)",
    "checkout.stripe.com",
  ]) {
    assert.equal(placeToPay(wrong, "/ours"), undefined);
  }
});

for (const [text, currency, amount] of [
  ["1500", "KES", 150_000],
  ["1,500.50", "KES", 150_050],
  ["1 500,5", "XAF", null],
  ["1\u202f500", "XAF", 1_500],
  ["15000.00", "USD", 1_500_000],
  ["12.345", "TND", 12_345],
  ["1 500,250", "TND", 1_500_250],
  ["12.5", "TND", 12_500],
  ["12.345", "KES", 1_234_500],
  ["12.3456", "TND", null],
  ["-5", "KES", null],
  ["1,50,0", "KES", null],
  ["", "KES", null],
] as const) {
  test(`${text} ${currency} are ${amount} minor units`, () => {
    assert.equal(minorUnits(text, currency), amount);
  });
}

test("prices are read as they are written", () => {
  const prices = [
    { currency: "KES", amount: 1_500_050 },
    { currency: "TND", amount: 12_500 },
    { currency: "XAF", amount: 60_000 },
  ] as const;
  assert.deepEqual(pricesIn(priceLines([...prices])), prices);
  assert.deepEqual(pricesIn(" kes 12 \n\nsoon"), [
    { currency: "KES", amount: 1_200 },
    { currency: "SOO", amount: "n" },
  ]);
});
