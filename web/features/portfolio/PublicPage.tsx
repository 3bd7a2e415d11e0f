import { getTranslations } from "next-intl/server";
import { ActionButton } from "@/features/actions/ActionButton";
import { textsOf } from "@/server/texts";

interface Properties {
  /** Null while there is no public page. */
  address: string | null;
  host: string;
}

/** Where the portfolio is public, and how it becomes so or not. */
export async function PublicPage({ address, host }: Properties) {
  const t = await getTranslations("portfolio.page");
  const texts = (await textsOf("portfolio")).page;
  const { yes, no } = texts;
  if (address === null) {
    return (
      <section className="card stack" aria-labelledby="public-page">
        <h2 id="public-page">{t("heading")}</h2>
        <p>{t("none")}</p>
        <ActionButton path="/portfolio/address/" hasKey={false}>
          {t("publish")}
        </ActionButton>
      </section>
    );
  }
  const href = `/portfolio/${address}`;
  return (
    <section className="card stack" aria-labelledby="public-page">
      <h2 id="public-page">{t("heading")}</h2>
      <p>{t("open")}</p>
      <p>
        <a href={href}>
          {host}
          {href}
        </a>
      </p>
      <div className="acts">
        <ActionButton
          path="/portfolio/address/"
          hasKey={false}
          question={{ title: texts.replaceTitle, text: texts.replaceText, yes, no }}
        >
          {t("replace")}
        </ActionButton>
        <ActionButton
          method="delete"
          path="/portfolio/address/"
          className="btn quiet"
          question={{ title: texts.withdrawTitle, text: texts.withdrawText, yes, no }}
        >
          {t("withdraw")}
        </ActionButton>
      </div>
    </section>
  );
}
