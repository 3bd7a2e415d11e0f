import "server-only";
import { type Form, refused } from "@/server/forms";
import { keepPreferences } from "@/server/preferences";

const PREFERENCES = "/api/v1/users/me/preferences/";

export const ownName: Form = {
  page: "/settings?form=name",
  async submit({ first_name, last_name }, callApi) {
    const answer = await callApi("PATCH", "/api/v1/users/me/", { first_name, last_name });
    return answer.status === 200 ? { to: "/settings?saved=name" } : refused(answer.body);
  },
};

export const languageAndTime: Form = {
  page: "/settings?form=language",
  async submit({ locale, time_zone }, callApi) {
    const answer = await callApi("PATCH", PREFERENCES, { locale, time_zone });
    if (answer.status !== 200) {
      return refused(answer.body);
    }
    await keepPreferences(answer.body);
    return { to: "/settings?saved=language" };
  },
};

export const dataSaver: Form = {
  page: "/settings?form=data",
  async submit({ data_saver }, callApi) {
    const answer = await callApi("PATCH", PREFERENCES, { data_saver: data_saver === "on" });
    if (answer.status !== 200) {
      return refused(answer.body);
    }
    await keepPreferences(answer.body);
    return { to: "/settings?saved=data" };
  },
};

export const quietHours: Form = {
  page: "/settings/notifications?form=quiet",
  async submit({ quiet_from, quiet_until, day_start_hour }, callApi) {
    const hours = { quiet_from: quiet_from || null, quiet_until: quiet_until || null };
    const body = { ...hours, day_start_hour: Number(day_start_hour) };
    const answer = await callApi("PATCH", PREFERENCES, body);
    return answer.status === 200
      ? { to: "/settings/notifications?saved=quiet" }
      : refused(answer.body);
  },
};

export const birthYear: Form = {
  page: "/settings?form=birth-year",
  async submit({ birth_year }, callApi) {
    const body = { birth_year: Number(birth_year) };
    const answer = await callApi("PATCH", "/api/v1/users/me/guardian/", body);
    return answer.status === 200 ? { to: "/settings?saved=birth-year" } : refused(answer.body);
  },
};

export const guardian: Form = {
  page: "/settings?form=guardian",
  async submit({ email }, callApi) {
    const body = { email };
    const answer = await callApi("POST", "/api/v1/users/me/guardian/", body);
    return answer.status === 202 ? { to: "/settings?saved=guardian" } : refused(answer.body);
  },
};
