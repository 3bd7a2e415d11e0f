import type messages from "@/messages/en";

/** Of client components, as the catalogue has them. */
export type SecretTexts = (typeof messages)["webhooks"]["secretForm"];
export type LostTexts = (typeof messages)["webhooks"]["lostAnswer"];
