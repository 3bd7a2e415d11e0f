import "server-only";
import { type CallApi, type Form, failed, type Outcome, refused } from "@/server/forms";
import { phoneDigits, placeToPay } from "./subscriptions";

type Answer = Awaited<ReturnType<CallApi>>;

/** Begins a payment: at a page of the gateway, or on a phone, whose number is stored nowhere. */
export const pay: Form = {
  page: "/settings/billing?form=pay",
  async submit({ subscription = "", phone }, callApi) {
    const path = `/api/v1/subscriptions/${encodeURIComponent(subscription)}/pay/`;
    const body = phone === undefined ? {} : { phone: phoneDigits(phone) };
    const answer = await callApi("POST", path, body);
    return toPayment(answer, "/settings/billing?paying=phone");
  },
};

/** As `pay`, for a seat. The way is a currency and a gateway that takes it. */
export const paySeat: Form = {
  page: ({ cohort = "" }) => `${cohortPage(cohort)}?form=pay-seat`,
  async submit({ enrolment = "", cohort = "", way = "", phone = "" }, callApi) {
    const [currency, gateway] = way.split(":");
    const path = `/api/v1/enrolments/${encodeURIComponent(enrolment)}/pay/`;
    const answer = await callApi("POST", path, {
      ...{ currency, gateway },
      ...(gateway === "mpesa" && { phone: phoneDigits(phone) }),
    });
    const asked = gateway === "mpesa" ? "?paying=phone" : "";
    return toPayment(answer, `${cohortPage(cohort)}${asked}`);
  },
};

function cohortPage(id: string): string {
  return `/cohorts/${encodeURIComponent(id)}`;
}

function toPayment({ status, body }: Answer, ours: string): Outcome {
  if (status !== 200) {
    return refused(body);
  }
  const to = placeToPay(String(body.url), ours);
  return to ? { to } : failed("unavailable");
}
