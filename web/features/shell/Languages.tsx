import { getLocale, getTranslations } from "next-intl/server";
import { pageAddress } from "@/server/address";
import { LANGUAGE_NAMES, LOCALES, languageOf } from "@/server/locales";

/** The languages as links, so that they work without JavaScript. */
export async function Languages() {
  const t = await getTranslations("shell");
  const [current, page] = [languageOf(await getLocale()), await pageAddress()];
  return (
    <nav aria-label={t("language")}>
      <ul className="row">
        {LOCALES.map((locale) => (
          <li key={locale}>
            <a
              className="tool"
              lang={locale}
              href={`/bff/language?to=${locale}&next=${encodeURIComponent(page)}`}
              aria-current={locale === current ? "true" : undefined}
            >
              {locale.toUpperCase()}
              <span className="hide"> {LANGUAGE_NAMES[locale]}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
