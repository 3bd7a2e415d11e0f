import account from "./sw/account.json";
import coaching from "./sw/coaching.json";
import errors from "./sw/errors.json";
import forms from "./sw/forms.json";
import settings from "./sw/settings.json";
import shell from "./sw/shell.json";
import states from "./sw/states.json";

export default { account, coaching, errors, forms, settings, shell, states };
