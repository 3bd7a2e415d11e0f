import account from "./fr/account.json";
import errors from "./fr/errors.json";
import forms from "./fr/forms.json";
import offline from "./fr/offline.json";
import shell from "./fr/shell.json";
import states from "./fr/states.json";

export default { account, errors, forms, offline, shell, states };
