import account from "./en/account.json";
import errors from "./en/errors.json";
import forms from "./en/forms.json";
import offline from "./en/offline.json";
import shell from "./en/shell.json";
import states from "./en/states.json";

export default { account, errors, forms, offline, shell, states };
