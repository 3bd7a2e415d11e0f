import account from "./en/account.json";
import cohorts from "./en/cohorts.json";
import errors from "./en/errors.json";
import forms from "./en/forms.json";
import members from "./en/members.json";
import mentorship from "./en/mentorship.json";
import messages from "./en/messages.json";
import reviews from "./en/reviews.json";
import shell from "./en/shell.json";
import states from "./en/states.json";

export default {
  account,
  cohorts,
  errors,
  forms,
  members,
  mentorship,
  messages,
  reviews,
  shell,
  states,
};
