import "server-only";
import { cookies } from "next/headers";
import type { Role } from "@/api/core";
import { homeOf } from "@/features/shell/Shell";
import { ownPath } from "@/server/address";
import { type CallApi, type Form, failed, type Outcome, refused } from "@/server/forms";
import { signIn } from "@/server/forward";
import { LANGUAGE_COOKIE } from "@/server/messages";
import { keepPreferences } from "@/server/preferences";
import { openSession, SESSION_COOKIE } from "@/server/session";

/** Holds the challenge of a log-in whose second step is due. */
export const CHALLENGE_COOKIE = "__Host-challenge";
/** Holds new recovery codes until the page that shows them once was read. */
export const RECOVERY_COOKIE = "__Host-recovery";
const CHALLENGE_SECONDS = 600;
const CHALLENGE_OPTIONS = {
  path: "/",
  secure: true,
  httpOnly: true,
  sameSite: "lax",
  maxAge: CHALLENGE_SECONDS,
} as const;

type Answer = Awaited<ReturnType<CallApi>>;

interface SignedIn {
  access_token: string;
  refresh_token: string;
  user: { id: number; role: Role };
  redirect_url?: string;
}

export const signUp: Form = {
  page: "/sign-up",
  async submit({ email, password, first_name, last_name }, callApi) {
    const body = { email, password, first_name, last_name };
    const locale = (await cookies()).get(LANGUAGE_COOKIE)?.value;
    const outcome = await afterLogIn(await callApi("POST", "/api/v1/auth/signup/", body), "");
    if ("to" in outcome && locale) {
      // The language in which they signed up, for mails and other devices, too.
      const answer = await callApi("PATCH", "/api/v1/users/me/preferences/", { locale });
      await keepPreferences(answer.body);
    }
    return outcome;
  },
};

export const logIn: Form = {
  page: "/log-in",
  async submit({ email, password, next = "" }, callApi) {
    return afterLogIn(await callApi("POST", "/api/v1/auth/login/", { email, password }), next);
  },
};

export const logInByLink: Form = {
  page: "/log-in",
  async submit({ token }, callApi) {
    return afterLogIn(await callApi("POST", "/api/v1/auth/login/link/", { token }), "");
  },
};

export const secondFactor: Form = {
  page: "/log-in/second-factor",
  async submit({ code, next = "" }, callApi) {
    const challenge = (await cookies()).get(CHALLENGE_COOKIE)?.value;
    if (!challenge) {
      return failed("challenge_ended");
    }
    const body = { challenge, code: code?.replaceAll(" ", "") };
    return afterLogIn(await callApi("POST", "/api/v1/auth/login/second-factor/", body), next);
  },
};

export const enrol: Form = {
  page: "/log-in/enrol",
  async submit({ code, next = "" }, callApi) {
    const jar = await cookies();
    const challenge = jar.get(CHALLENGE_COOKIE)?.value;
    if (!challenge) {
      return failed("challenge_ended");
    }
    const body = { challenge, code: code?.replaceAll(" ", "") };
    const answer = await callApi("POST", "/api/v1/auth/login/second-factor/enrol/confirm/", body);
    const outcome = await afterLogIn(answer, next);
    if ("to" in outcome && Array.isArray(answer.body.recovery_codes)) {
      jar.set(RECOVERY_COOKIE, answer.body.recovery_codes.join(" "), CHALLENGE_OPTIONS);
      return { to: `/log-in/recovery-codes?next=${encodeURIComponent(outcome.to)}` };
    }
    return outcome;
  },
};

/** The codes were written down, and are not shown again. */
export const recoveryCodesKept: Form = {
  page: "/log-in/recovery-codes",
  async submit({ next }) {
    (await cookies()).delete({ name: RECOVERY_COOKIE, path: "/", secure: true });
    return { to: ownPath(next, "/") };
  },
};

export const logInLink: Form = {
  page: "/log-in/link",
  async submit({ email }, callApi) {
    const answer = await callApi("POST", "/api/v1/auth/login/link/", { email });
    return answer.status === 202 ? { to: "/log-in/link?sent=1" } : refused(answer.body);
  },
};

export const resetPassword: Form = {
  page: "/reset-password",
  async submit({ email }, callApi) {
    const answer = await callApi("POST", "/api/v1/auth/password/reset/", { email });
    return answer.status === 202 ? { to: "/reset-password?sent=1" } : refused(answer.body);
  },
};

export const newPassword: Form = {
  page: "/reset-password",
  async submit({ token, new_password }, callApi) {
    const body = { token, new_password };
    const answer = await callApi("POST", "/api/v1/auth/password/reset/confirm/", body);
    return answer.status === 204 ? { to: "/log-in?changed=1" } : refused(answer.body);
  },
};

export const verifyEmail: Form = {
  page: "/verify-email",
  async submit({ token }, callApi) {
    const answer = await callApi("POST", "/api/v1/auth/verify-email/", token ? { token } : {});
    if (answer.status === 204) {
      return { to: "/verify-email?done=1" };
    }
    return answer.status === 202 ? { to: "/verify-email?sent=1" } : refused(answer.body);
  },
};

/** Keeps the tokens of an answer, or leads to the second step. */
export async function afterLogIn(answer: Answer, next: string): Promise<Outcome> {
  const { status, body } = answer;
  if (status === 401 && typeof body.challenge === "string") {
    (await cookies()).set(CHALLENGE_COOKIE, body.challenge, CHALLENGE_OPTIONS);
    const query = next ? `?next=${encodeURIComponent(next)}` : "";
    const page = body.code === "second_factor_enrolment_required" ? "enrol" : "second-factor";
    return { to: `/log-in/${page}${query}` };
  }
  if (status >= 400) {
    return refused(body);
  }
  const signedIn = body as unknown as SignedIn;
  if (!signedIn.user || !signedIn.refresh_token) {
    return failed("unavailable");
  }
  const jar = await cookies();
  const cookie = jar.get(SESSION_COOKIE)?.value;
  await signIn(signedIn, cookie ? await openSession(cookie) : null);
  jar.delete({ name: CHALLENGE_COOKIE, path: "/", secure: true });
  return { to: ownPath(next, signedIn.redirect_url ?? homeOf(signedIn.user.role)) };
}
