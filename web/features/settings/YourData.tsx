import { getTranslations } from "next-intl/server";
import { textsOf } from "@/server/texts";
import { EraseAccount } from "./EraseAccount";
import { LogOutForm } from "./LogOutForm";

export async function YourDataCard() {
  const t = await getTranslations("settings");
  return (
    <section className="card" aria-labelledby="your-data">
      <h2 id="your-data">{t("yourData.heading")}</h2>
      <p>{t("yourData.exportText")}</p>
      <a className="btn" href="/settings/export">
        {t("yourData.export")}
      </a>
      <hr />
      <h3>{t("yourData.eraseHeading")}</h3>
      <p>{t("yourData.eraseText")}</p>
      <EraseAccount texts={(await textsOf("settings")).erase} />
    </section>
  );
}

export async function LogOutCard() {
  const t = await getTranslations("settings.logOut");
  return (
    <section className="card" aria-labelledby="log-out">
      <h2 id="log-out">{t("heading")}</h2>
      <p>{t("text")}</p>
      <LogOutForm />
    </section>
  );
}

export async function MoreCard() {
  const t = await getTranslations("settings.more");
  return (
    <nav className="card" aria-labelledby="more">
      <h2 id="more">{t("heading")}</h2>
      <ul className="plain stack tight">
        {(["portfolio", "certificates", "calendar", "notifications"] as const).map((name) => (
          <li className="row" key={name}>
            <a href={`/${name}`}>{t(name)}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
