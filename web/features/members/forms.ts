import "server-only";
import { afterLogIn } from "@/features/account/forms";
import { type Form, failed } from "@/server/forms";

const TOKEN = /^[A-Za-z0-9_-]{20,100}$/;

/** The token of an invitation's address, or null for what is none. */
export function invitationToken(text: string | undefined): string | null {
  return text && TOKEN.test(text) ? text : null;
}

/** Accepts an invitation: with the account that is signed in, else with a new one. */
export const acceptInvitation: Form = {
  page: ({ token }) => `/invitations/${invitationToken(token) ?? ""}`,
  async submit({ token, first_name, last_name, password }, callApi) {
    const known = invitationToken(token);
    if (!known) {
      return failed("invitation_ended");
    }
    const body = password === undefined ? undefined : { first_name, last_name, password };
    const answer = await callApi("POST", `/api/v1/invitations/${known}/accept/`, body);
    if (answer.status === 404) {
      return failed("invitation_ended");
    }
    if (answer.status === 200) {
      return { to: "/" };
    }
    return afterLogIn(answer, "");
  },
};
