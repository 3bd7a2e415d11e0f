import account from "./fr/account.json";
import errors from "./fr/errors.json";
import forms from "./fr/forms.json";
import learn from "./fr/learn.json";
import missions from "./fr/missions.json";
import search from "./fr/search.json";
import shell from "./fr/shell.json";
import states from "./fr/states.json";
import submissions from "./fr/submissions.json";

export default { account, errors, forms, learn, missions, search, shell, states, submissions };
