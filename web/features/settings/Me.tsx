import { getLocale, getTranslations } from "next-intl/server";
import type { Preferences, User } from "@/api/core";
import { Field } from "@/features/forms/Field";
import { ServerForm } from "@/features/forms/ServerForm";
import { pagePlace, times } from "@/features/times/times";

import { LANGUAGE_NAMES, LOCALES, languageOf } from "@/server/locales";
import type { Query } from "@/server/pages";
import { textsOf } from "@/server/texts";
import { DataUse } from "./DataUse";
import { formQuery } from "./formQuery";
import { ZoneOptions } from "./ZoneOptions";
import { zoneNames } from "./zones";

export async function NameCard({ user, query }: { user: User; query: Query }) {
  const t = await getTranslations("settings.name");
  const account = await getTranslations("account");
  return (
    <section className="card" aria-labelledby="name">
      <h2 id="name">{t("heading")}</h2>
      <p className="soft">{t("text")}</p>
      <ServerForm name="own-name" query={formQuery(query, "name")}>
        <Field
          name="first_name"
          label={account("firstName")}
          autoComplete="given-name"
          maxLength={80}
          defaultValue={user.first_name}
        />
        <Field
          name="last_name"
          label={account("lastName")}
          autoComplete="family-name"
          maxLength={80}
          defaultValue={user.last_name}
        />
        <button type="submit" className="btn">
          {t("save")}
        </button>
      </ServerForm>
    </section>
  );
}

interface Properties {
  preferences: Preferences;
  query: Query;
}

export async function LanguageCard({ preferences, query }: Properties) {
  const t = await getTranslations("settings.language");
  return (
    <section className="card" aria-labelledby="language">
      <h2 id="language">{t("heading")}</h2>
      <ServerForm name="language-and-time" query={formQuery(query, "language")}>
        <div className="field">
          <label htmlFor="locale">{t("language")}</label>
          <select id="locale" name="locale" defaultValue={languageOf(await getLocale())}>
            {LOCALES.map((locale) => (
              <option key={locale} value={locale} lang={locale}>
                {LANGUAGE_NAMES[locale]}
              </option>
            ))}
          </select>
        </div>
        <ZoneField zone={preferences.time_zone} />
        <button type="submit" className="btn">
          {t("save")}
        </button>
      </ServerForm>
    </section>
  );
}

async function ZoneField({ zone }: { zone: string }) {
  const t = await getTranslations("settings.language");
  const time = (await times()).clock(new Date(), zone);
  return (
    <div className="field">
      <label htmlFor="time_zone">{t("zone")}</label>
      <p className="hint" id="time_zone-hint">
        {t("now", { time })}
      </p>
      <select id="time_zone" name="time_zone" defaultValue={zone} aria-describedby="time_zone-hint">
        <ZoneOptions names={zoneNames(zone).join(" ")} other={t("otherZones")} />
      </select>
    </div>
  );
}

interface DataProperties extends Properties {
  userId: number;
}

export async function DataCard({ userId, preferences, query }: DataProperties) {
  const t = await getTranslations("settings.data");
  return (
    <section className="card" aria-labelledby="data">
      <h2 id="data">{t("heading")}</h2>
      <DataUse
        userId={userId}
        place={await pagePlace()}
        texts={(await textsOf("settings")).dataUse}
      />
      <ServerForm name="data-saver" query={formQuery(query, "data")}>
        <label className="choice">
          <input type="checkbox" name="data_saver" defaultChecked={preferences.data_saver} />
          <span>
            {t("saver")}
            <span className="hint label">{t("saverHint")}</span>
          </span>
        </label>
        <button type="submit" className="btn">
          {t("save")}
        </button>
      </ServerForm>
    </section>
  );
}
