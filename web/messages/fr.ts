import account from "./fr/account.json";
import errors from "./fr/errors.json";
import forms from "./fr/forms.json";
import home from "./fr/home.json";
import offline from "./fr/offline.json";
import profiler from "./fr/profiler.json";
import shell from "./fr/shell.json";
import states from "./fr/states.json";

export default { account, errors, forms, home, offline, profiler, shell, states };
