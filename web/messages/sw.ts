import account from "./sw/account.json";
import calendar from "./sw/calendar.json";
import certificates from "./sw/certificates.json";
import coaching from "./sw/coaching.json";
import errors from "./sw/errors.json";
import forms from "./sw/forms.json";
import notifications from "./sw/notifications.json";
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
  notifications,
  settings,
  shell,
  states,
};
