import account from "./en/account.json";
import errors from "./en/errors.json";
import forms from "./en/forms.json";
import home from "./en/home.json";
import offline from "./en/offline.json";
import profiler from "./en/profiler.json";
import shell from "./en/shell.json";
import states from "./en/states.json";

export default { account, errors, forms, home, offline, profiler, shell, states };
