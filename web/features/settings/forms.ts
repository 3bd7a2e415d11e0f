import "server-only";
import { cookies } from "next/headers";
import { type Form, refused } from "@/server/forms";
import { isLocale } from "@/server/locales";
import { LANGUAGE_COOKIE, ZONE_COOKIE } from "@/server/messages";

export const DATA_SAVER_COOKIE = "data-saver";
const COOKIE_OPTIONS = { path: "/", maxAge: 365 * 24 * 3600, sameSite: "lax" } as const;
const PREFERENCES = "/api/v1/users/me/preferences/";

export const ownName: Form = {
  page: "/settings?form=name",
  async submit({ first_name, last_name }, ask) {
    const answer = await ask("PATCH", "/api/v1/users/me/", { first_name, last_name });
    return answer.status === 200 ? { to: "/settings?saved=name" } : refused(answer.body);
  },
};

/** The cookies say it to the pages, the preferences to mails and other devices. */
export const languageAndTime: Form = {
  page: "/settings?form=language",
  async submit({ locale, time_zone }, ask) {
    const answer = await ask("PATCH", PREFERENCES, { locale, time_zone });
    if (answer.status !== 200) {
      return refused(answer.body);
    }
    const jar = await cookies();
    if (isLocale(locale)) {
      jar.set(LANGUAGE_COOKIE, locale, COOKIE_OPTIONS);
    }
    jar.set(ZONE_COOKIE, String(time_zone), COOKIE_OPTIONS);
    return { to: "/settings?saved=language" };
  },
};

export const dataSaver: Form = {
  page: "/settings?form=data",
  async submit({ data_saver }, ask) {
    const isOn = data_saver === "on";
    const answer = await ask("PATCH", PREFERENCES, { data_saver: isOn });
    if (answer.status !== 200) {
      return refused(answer.body);
    }
    const jar = await cookies();
    if (isOn) {
      jar.set(DATA_SAVER_COOKIE, "1", COOKIE_OPTIONS);
    } else {
      jar.delete({ name: DATA_SAVER_COOKIE, path: "/" });
    }
    return { to: "/settings?saved=data" };
  },
};

export const quietHours: Form = {
  page: "/settings/notifications?form=quiet",
  async submit({ quiet_from, quiet_until, day_start_hour }, ask) {
    const hours = { quiet_from: quiet_from || null, quiet_until: quiet_until || null };
    const body = { ...hours, day_start_hour: Number(day_start_hour) };
    const answer = await ask("PATCH", PREFERENCES, body);
    return answer.status === 200
      ? { to: "/settings/notifications?saved=quiet" }
      : refused(answer.body);
  },
};

export const birthYear: Form = {
  page: "/settings?form=birth-year",
  async submit({ birth_year }, ask) {
    const body = { birth_year: Number(birth_year) };
    const answer = await ask("PATCH", "/api/v1/users/me/guardian/", body);
    return answer.status === 200 ? { to: "/settings?saved=birth-year" } : refused(answer.body);
  },
};

export const guardian: Form = {
  page: "/settings?form=guardian",
  async submit({ email }, ask) {
    const body = { email };
    const answer = await ask("POST", "/api/v1/users/me/guardian/", body);
    return answer.status === 202 ? { to: "/settings?saved=guardian" } : refused(answer.body);
  },
};
