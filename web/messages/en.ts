import account from "./en/account.json";
import coaching from "./en/coaching.json";
import errors from "./en/errors.json";
import forms from "./en/forms.json";
import settings from "./en/settings.json";
import shell from "./en/shell.json";
import states from "./en/states.json";

export default { account, coaching, errors, forms, settings, shell, states };
