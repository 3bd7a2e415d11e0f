"use client";

import { useEffect, useState } from "react";

const LOOK_EVERY_MS = 15_000;

/** Whole minutes until a time, below zero once it is over. */
export function useMinutesLeft(until: string): number {
  const left = () => Math.floor((Date.parse(until) - Date.now()) / 60_000);
  const [minutes, setMinutes] = useState(left);

  // biome-ignore lint/correctness/useExhaustiveDependencies: left depends on until alone
  useEffect(() => {
    setMinutes(left());
    const timer = setInterval(() => setMinutes(left()), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [until]);

  return minutes;
}
