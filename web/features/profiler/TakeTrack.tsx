import type { ReactNode } from "react";
import type { Track } from "@/api/ai";
import { ServerForm } from "@/features/forms/ServerForm";

interface Properties {
  track: Track;
  session: string;
  /** What the address says is wrong, for one form of the page. */
  query?: Record<string, string | undefined>;
  isFirst?: boolean;
  text: string;
  children?: ReactNode;
}

/** A button that takes a track and leads home. */
export function TakeTrack({ track, session, query = {}, isFirst, text, children }: Properties) {
  return (
    <ServerForm name="track" query={query}>
      <div className="acts">
        <button type="submit" className={isFirst ? "btn next" : "btn"}>
          {text}
        </button>
        {children}
      </div>
      <input type="hidden" name="track" value={track} />
      <input type="hidden" name="session" value={session} />
    </ServerForm>
  );
}
