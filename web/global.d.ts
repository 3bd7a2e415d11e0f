import type { PLACED } from "@/server/locales";
import type messages from "./messages/en";

declare module "next-intl" {
  interface AppConfig {
    Messages: typeof messages;
    Locale: (typeof PLACED)[keyof typeof PLACED];
  }
}
