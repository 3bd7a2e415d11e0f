import account from "./en/account.json";
import cohorts from "./en/cohorts.json";
import errors from "./en/errors.json";
import forms from "./en/forms.json";
import home from "./en/home.json";
import learn from "./en/learn.json";
import members from "./en/members.json";
import mentorship from "./en/mentorship.json";
import messages from "./en/messages.json";
import missions from "./en/missions.json";
import offline from "./en/offline.json";
import profiler from "./en/profiler.json";
import reviews from "./en/reviews.json";
import search from "./en/search.json";
import shell from "./en/shell.json";
import states from "./en/states.json";
import submissions from "./en/submissions.json";

export default {
  account,
  cohorts,
  errors,
  forms,
  home,
  learn,
  members,
  mentorship,
  messages,
  missions,
  offline,
  profiler,
  reviews,
  search,
  shell,
  states,
  submissions,
};
