import "server-only";
import { type Form, failed, refused } from "@/server/forms";
import { phoneDigits, placeToPay } from "./subscriptions";

/** Begins a payment: at a page of the gateway, or on a phone, whose number is stored nowhere. */
export const pay: Form = {
  page: "/settings/billing?form=pay",
  async submit({ subscription = "", phone }, callApi) {
    const path = `/api/v1/subscriptions/${encodeURIComponent(subscription)}/pay/`;
    const body = phone === undefined ? {} : { phone: phoneDigits(phone) };
    const answer = await callApi("POST", path, body);
    if (answer.status !== 200) {
      return refused(answer.body);
    }
    const to = placeToPay(String(answer.body.url));
    return to ? { to } : failed("unavailable");
  },
};
