import "server-only";
import { getTranslations } from "next-intl/server";
import type { ActionTexts } from "./useAction";

const ALWAYS = [
  "busy",
  "in_flight",
  "not_found",
  "forbidden",
  "throttled",
  "unavailable",
  "required",
  "invalid",
  "too_short",
  "too_long",
  "wrong_type",
  "unknown_value",
  "out_of_range",
] as const;

/** The sentences of an action, in the language of the page, for these codes of the API besides. */
export async function actionTexts(...codes: string[]): Promise<ActionTexts> {
  const [t, forms] = [await getTranslations("errors"), await getTranslations("forms")];
  const known = [...ALWAYS, ...codes].filter((code) => t.has(code as never));
  const refusals = Object.fromEntries(known.map((code) => [code, t(code as never)]));
  return { failed: t("failed"), offline: forms("offline"), refusals };
}
