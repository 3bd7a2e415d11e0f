import { Icon } from "@/features/shell/Icon";

/** Where the work of a user is: on the device alone, on its way, or with us. */
export type SyncState = "kept" | "sent" | "accepted";

export interface SyncTexts {
  kept: string;
  sent: string;
  /** With {time}. */
  accepted: string;
}

interface Properties {
  state: SyncState;
  texts: SyncTexts;
  /** When it was accepted, as text. */
  time?: string;
}

const ICONS = { kept: "phone", sent: "sent", accepted: "check" } as const;

export function Sync({ state, texts, time = "" }: Properties) {
  return (
    <span className={`sync ${state}`} role="status">
      <Icon name={ICONS[state]} />
      {texts[state].replace("{time}", time)}
    </span>
  );
}
