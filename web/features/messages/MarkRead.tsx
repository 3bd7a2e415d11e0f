"use client";

import { useEffect } from "react";
import { apiGateway } from "@/client/apiGateway";

/** Marks the messages that this page shows as read, once somebody has it before them. */
export function MarkRead({ match, upTo }: { match: string; upTo: number }) {
  useEffect(() => {
    const path = `/mentorship/matches/${match}/messages/read/`;
    function mark(): void {
      if (document.visibilityState === "visible") {
        document.removeEventListener("visibilitychange", mark);
        // Without an answer they stay unread, and the next visit marks them.
        apiGateway.post(path, { up_to: upTo }).catch(() => undefined);
      }
    }
    document.addEventListener("visibilitychange", mark);
    mark();
    return () => document.removeEventListener("visibilitychange", mark);
  }, [match, upTo]);

  return null;
}
