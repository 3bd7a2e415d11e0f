import "server-only";
import { type Form, type FormFields, failed, refused } from "@/server/forms";

const CONSENTS = "/api/v1/guardian-consents/";

/** A guardian consents, refuses or withdraws, by the mailed token. */
export const guardianAnswer: Form = {
  page: "/guardian",
  async submit({ token, given }: FormFields, callApi) {
    if (given !== "yes" && given !== "no") {
      return failed("choose_one"); // nothing chosen is no refusal
    }
    const isGiven = given === "yes";
    const answer = await callApi("POST", CONSENTS, { token, given: isGiven });
    return answer.status === 204
      ? { to: `/guardian?answered=${isGiven ? "yes" : "no"}` }
      : refused(answer.body);
  },
};

/** Another link, for one that was used or is too old. */
export const guardianLink: Form = {
  page: "/guardian",
  async submit({ email }: FormFields, callApi) {
    const answer = await callApi("POST", `${CONSENTS}link/`, { email });
    return answer.status === 202 ? { to: "/guardian?sent=1" } : refused(answer.body);
  },
};
