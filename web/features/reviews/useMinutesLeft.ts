"use client";

import { useEffect, useState } from "react";

const LOOK_EVERY_MS = 15_000;

function minutesBetween(from: number, until: string): number {
  return Math.floor((Date.parse(until) - from) / 60_000);
}

/** Whole minutes until a time, below zero once it is over. `now` is when the page was made. */
export function useMinutesLeft(until: string, now: number): number {
  const [minutes, setMinutes] = useState(() => minutesBetween(now, until));

  useEffect(() => {
    const look = () => setMinutes(minutesBetween(Date.now(), until));
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [until]);

  return minutes;
}
