import account from "./sw/account.json";
import cohorts from "./sw/cohorts.json";
import errors from "./sw/errors.json";
import forms from "./sw/forms.json";
import members from "./sw/members.json";
import mentorship from "./sw/mentorship.json";
import messages from "./sw/messages.json";
import reviews from "./sw/reviews.json";
import shell from "./sw/shell.json";
import states from "./sw/states.json";

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
