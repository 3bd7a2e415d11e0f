import account from "./sw/account.json";
import errors from "./sw/errors.json";
import forms from "./sw/forms.json";
import mentorship from "./sw/mentorship.json";
import messages from "./sw/messages.json";
import reviews from "./sw/reviews.json";
import shell from "./sw/shell.json";
import states from "./sw/states.json";

export default { account, errors, forms, mentorship, messages, reviews, shell, states };
