import { getLocale, getTranslations } from "next-intl/server";
import type { Agreement as Measured } from "@/api/ai";

/** How often a check and the reviews of the same work agreed, where that is known. */
export async function Agreement({ agreement }: { agreement: Measured | null | undefined }) {
  const [t, locale] = [await getTranslations("suggestions.agreement"), await getLocale()];
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  const { reviews = 0, share, low, high } = agreement ?? {};
  return (
    <p className="meta">
      {typeof share === "number" && typeof low === "number" && typeof high === "number"
        ? t("known", {
            reviews,
            share: percent.format(share),
            low: percent.format(low),
            high: percent.format(high),
          })
        : t("unknown", { reviews })}
    </p>
  );
}
