import account from "./fr/account.json";
import calendar from "./fr/calendar.json";
import certificates from "./fr/certificates.json";
import coaching from "./fr/coaching.json";
import errors from "./fr/errors.json";
import forms from "./fr/forms.json";
import home from "./fr/home.json";
import notifications from "./fr/notifications.json";
import offline from "./fr/offline.json";
import profiler from "./fr/profiler.json";
import settings from "./fr/settings.json";
import shell from "./fr/shell.json";
import states from "./fr/states.json";

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
