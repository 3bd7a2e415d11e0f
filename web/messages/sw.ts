import account from "./sw/account.json";
import errors from "./sw/errors.json";
import forms from "./sw/forms.json";
import home from "./sw/home.json";
import learn from "./sw/learn.json";
import missions from "./sw/missions.json";
import offline from "./sw/offline.json";
import profiler from "./sw/profiler.json";
import search from "./sw/search.json";
import shell from "./sw/shell.json";
import states from "./sw/states.json";
import submissions from "./sw/submissions.json";

export default {
  account,
  errors,
  forms,
  home,
  learn,
  missions,
  offline,
  profiler,
  search,
  shell,
  states,
  submissions,
};
