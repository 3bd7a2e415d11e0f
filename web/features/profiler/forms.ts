import "server-only";
import { type Form, refused } from "@/server/forms";
import { isSessionId, PROFILER, questionAddress, resultAddress } from "./addresses";
import { step } from "./session";

export const profiler: Form = {
  page: ({ session, question }) =>
    isSessionId(session) ? questionAddress(session, question) : PROFILER,
  submit: step,
};

/** Takes a track, whichever the result puts first. */
export const chooseTrack: Form = {
  page: ({ session }) => (isSessionId(session) ? resultAddress(session) : PROFILER),
  async submit({ track, session }, callApi) {
    const { status, body } = await callApi("PUT", "/api/v1/users/me/track/", { track });
    if (status === 401) {
      const next = isSessionId(session) ? resultAddress(session) : PROFILER;
      return { to: `/log-in?next=${encodeURIComponent(next)}` };
    }
    const welcome = new URLSearchParams({ track: `${body.track}`, welcome: "true" });
    return status === 200 ? { to: `/dashboard/student?${welcome}` } : refused(body);
  },
};
