import type messages from "@/messages/en";

/** Texts of client components, as the catalogue has them: without anything to fill in. */
type Settings = (typeof messages)["settings"];

export type EraseTexts = Settings["erase"];
export type PasswordTexts = Settings["password"];
export type SecondFactorTexts = Settings["secondFactorForm"];
export type TokenTexts = Settings["tokenForm"];
export type NotificationTexts = Settings["notificationForm"];
export type DataUseTexts = Settings["dataUse"];
export type PushTexts = Settings["pushForm"];
export type PhoneTexts = Settings["phoneForm"];
