import account from "./sw/account.json";
import cohorts from "./sw/cohorts.json";
import errors from "./sw/errors.json";
import forms from "./sw/forms.json";
import home from "./sw/home.json";
import learn from "./sw/learn.json";
import members from "./sw/members.json";
import mentorship from "./sw/mentorship.json";
import messages from "./sw/messages.json";
import missions from "./sw/missions.json";
import offline from "./sw/offline.json";
import profiler from "./sw/profiler.json";
import reviews from "./sw/reviews.json";
import search from "./sw/search.json";
import shell from "./sw/shell.json";
import states from "./sw/states.json";
import submissions from "./sw/submissions.json";

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
