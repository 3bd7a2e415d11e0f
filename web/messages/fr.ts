import account from "./fr/account.json";
import errors from "./fr/errors.json";
import forms from "./fr/forms.json";
import home from "./fr/home.json";
import learn from "./fr/learn.json";
import missions from "./fr/missions.json";
import offline from "./fr/offline.json";
import profiler from "./fr/profiler.json";
import search from "./fr/search.json";
import shell from "./fr/shell.json";
import states from "./fr/states.json";
import submissions from "./fr/submissions.json";

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
