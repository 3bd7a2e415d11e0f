import account from "./fr/account.json";
import coaching from "./fr/coaching.json";
import errors from "./fr/errors.json";
import forms from "./fr/forms.json";
import settings from "./fr/settings.json";
import shell from "./fr/shell.json";
import states from "./fr/states.json";

export default { account, coaching, errors, forms, settings, shell, states };
