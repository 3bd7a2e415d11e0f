import account from "./sw/account.json";
import errors from "./sw/errors.json";
import forms from "./sw/forms.json";
import learn from "./sw/learn.json";
import missions from "./sw/missions.json";
import search from "./sw/search.json";
import shell from "./sw/shell.json";
import states from "./sw/states.json";
import submissions from "./sw/submissions.json";

export default { account, errors, forms, learn, missions, search, shell, states, submissions };
