import account from "./en/account.json";
import errors from "./en/errors.json";
import forms from "./en/forms.json";
import home from "./en/home.json";
import learn from "./en/learn.json";
import missions from "./en/missions.json";
import offline from "./en/offline.json";
import profiler from "./en/profiler.json";
import search from "./en/search.json";
import shell from "./en/shell.json";
import states from "./en/states.json";
import submissions from "./en/submissions.json";

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
