"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Gateways confirm most payments within a minute. */
const AFTER_SECONDS = [5, 15, 30, 60];

/** Reads the page again while somebody waits on it. */
export function LookAgain() {
  const router = useRouter();
  useEffect(() => {
    const timers = AFTER_SECONDS.map((seconds) => setTimeout(router.refresh, seconds * 1000));
    return () => timers.forEach(clearTimeout);
  }, [router]);
  return null;
}
