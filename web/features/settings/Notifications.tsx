import { getTranslations } from "next-intl/server";
import {
  type NotificationChannel,
  type NotificationPreferences,
  notificationsPhone,
  notificationsPreferences,
  notificationsPushSubscriptions,
  type Preferences,
} from "@/api/core";
import { Field } from "@/features/forms/Field";
import { ServerForm } from "@/features/forms/ServerForm";
import { ProblemState } from "@/features/shell/Problem";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";
import type { Query } from "@/server/pages";
import { textsOf } from "@/server/texts";
import { formQuery } from "./formQuery";
import { type KindGroup, NotificationChoice } from "./NotificationChoice";
import { Phone } from "./Phone";
import { Push } from "./Push";

/** Of a day that begins late; core takes none later. */
const LATEST_DAY_START = 12;
/** Core keeps no more of a user. */
const MOST_BROWSERS = 20;

export async function KindsCard() {
  const t = await getTranslations("settings");
  const { data, problem } = await load(notificationsPreferences({ client: core }));
  return (
    <>
      <section className="card" aria-labelledby="kinds">
        <h2 id="kinds">{t("notifications.kinds")}</h2>
        {problem && <ProblemState problem={problem} />}
        {data && (
          <NotificationChoice
            groups={await groupsOf(data)}
            weeklyDigest={data.weekly_digest}
            channels={channelsOf(data)}
            texts={(await textsOf("settings")).notificationForm}
          />
        )}
      </section>
      {data?.push_key && <PushCard serverKey={data.push_key} />}
      {data?.sms && <PhoneCard />}
    </>
  );
}

function channelsOf({ push_key, sms }: NotificationPreferences): NotificationChannel[] {
  const setUp: NotificationChannel[] = ["in_app", "mail"];
  if (push_key) {
    setUp.push("push");
  }
  return sms ? [...setUp, "sms"] : setUp;
}

/** By app; a kind that the catalogue does not name yet shows its own name. */
async function groupsOf({ kinds }: NotificationPreferences): Promise<KindGroup[]> {
  const t = await getTranslations("settings");
  const named = (key: string, otherwise: string) =>
    t.has(key as "title") ? t(key as "title") : otherwise;
  const groups = new Map<string, KindGroup>();
  for (const kind of kinds) {
    const name = kind.kind.split(".")[0] ?? "";
    const group = groups.get(name) ?? { name, title: named(`groups.${name}`, name), kinds: [] };
    group.kinds.push({ ...kind, title: named(`kinds.${kind.kind}`, kind.kind) });
    groups.set(name, group);
  }
  return [...groups.values()];
}

async function PushCard({ serverKey }: { serverKey: string }) {
  const [t, { id }] = [await getTranslations("settings.push"), await me()];
  const query = { page_size: MOST_BROWSERS };
  const { data, problem } = await load(notificationsPushSubscriptions({ client: core, query }));
  return (
    <section className="card" aria-labelledby="push">
      <h2 id="push">{t("heading")}</h2>
      <p>{t("text")}</p>
      {problem && <ProblemState problem={problem} />}
      {data && (
        <Push
          userId={id}
          serverKey={serverKey}
          subscriptions={data.results}
          texts={(await textsOf("settings")).pushForm}
        />
      )}
    </section>
  );
}

async function PhoneCard() {
  const t = await getTranslations("settings");
  const { data: phone, problem } = await load(notificationsPhone({ client: core }));
  const isKnown = phone || problem?.status === 404;
  return (
    <section className="card" aria-labelledby="phone">
      <h2 id="phone">{t("phone.heading")}</h2>
      {problem && !isKnown && <ProblemState problem={problem} />}
      {isKnown && (
        <>
          {!phone && <p>{t("phone.none")}</p>}
          {phone && (
            <p>
              {phone.verified
                ? t("phone.text", { number: phone.number })
                : t("phone.unconfirmed", { number: phone.number })}
            </p>
          )}
          <Phone phone={phone ?? null} texts={(await textsOf("settings")).phoneForm} />
        </>
      )}
    </section>
  );
}

interface Properties {
  preferences: Preferences;
  query: Query;
}

export async function QuietHoursCard({ preferences, query }: Properties) {
  const t = await getTranslations("settings.notifications");
  const { quiet_from, quiet_until, day_start_hour, time_zone } = preferences;
  const hours = Array.from({ length: LATEST_DAY_START + 1 }, (_, hour) => hour);
  return (
    <section className="card" aria-labelledby="quiet">
      <h2 id="quiet">{t("quiet")}</h2>
      <p className="soft">{t("quietText", { zone: time_zone.replaceAll("_", " ") })}</p>
      <ServerForm name="quiet-hours" query={formQuery(query, "quiet")}>
        <Field name="quiet_from" label={t("from")} type="time" defaultValue={quiet_from ?? ""} />
        <Field name="quiet_until" label={t("until")} type="time" defaultValue={quiet_until ?? ""} />
        <div className="field">
          <label htmlFor="day_start_hour">{t("dayStart")}</label>
          <p className="hint" id="day_start_hour-hint">
            {t("dayStartHint")}
          </p>
          <select
            id="day_start_hour"
            name="day_start_hour"
            defaultValue={day_start_hour}
            aria-describedby="day_start_hour-hint"
          >
            {hours.map((hour) => (
              <option key={hour} value={hour}>
                {`${String(hour).padStart(2, "0")}:00`}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" className="btn">
          {t("saveQuiet")}
        </button>
      </ServerForm>
    </section>
  );
}
