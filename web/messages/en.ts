import account from "./en/account.json";
import calendar from "./en/calendar.json";
import certificates from "./en/certificates.json";
import coaching from "./en/coaching.json";
import errors from "./en/errors.json";
import forms from "./en/forms.json";
import home from "./en/home.json";
import notifications from "./en/notifications.json";
import offline from "./en/offline.json";
import profiler from "./en/profiler.json";
import settings from "./en/settings.json";
import shell from "./en/shell.json";
import states from "./en/states.json";

export default {
  account,
  calendar,
  certificates,
  coaching,
  errors,
  forms,
  home,
  notifications,
  offline,
  profiler,
  settings,
  shell,
  states,
};
