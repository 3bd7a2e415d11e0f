import { apiGateway } from "@/client/apiGateway";
import { CONSENT_VERSION } from "@/features/settings/consentVersion";

/** Lets mentors read what the user shares with them. */
export async function giveMentorConsent(): Promise<void> {
  const body = { kind: "mentor_reads_reflections", given: true, version: CONSENT_VERSION };
  await apiGateway.post("/users/me/consents/", body);
}
