import account from "./sw/account.json";
import calendar from "./sw/calendar.json";
import certificates from "./sw/certificates.json";
import coaching from "./sw/coaching.json";
import errors from "./sw/errors.json";
import forms from "./sw/forms.json";
import home from "./sw/home.json";
import notifications from "./sw/notifications.json";
import offline from "./sw/offline.json";
import profiler from "./sw/profiler.json";
import settings from "./sw/settings.json";
import shell from "./sw/shell.json";
import states from "./sw/states.json";

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
