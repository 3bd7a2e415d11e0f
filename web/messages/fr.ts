import account from "./fr/account.json";
import cohorts from "./fr/cohorts.json";
import errors from "./fr/errors.json";
import forms from "./fr/forms.json";
import members from "./fr/members.json";
import mentorship from "./fr/mentorship.json";
import messages from "./fr/messages.json";
import reviews from "./fr/reviews.json";
import shell from "./fr/shell.json";
import states from "./fr/states.json";

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
