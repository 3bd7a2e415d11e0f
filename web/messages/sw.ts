import account from "./sw/account.json";
import errors from "./sw/errors.json";
import forms from "./sw/forms.json";
import home from "./sw/home.json";
import offline from "./sw/offline.json";
import profiler from "./sw/profiler.json";
import shell from "./sw/shell.json";
import states from "./sw/states.json";

export default { account, errors, forms, home, offline, profiler, shell, states };
