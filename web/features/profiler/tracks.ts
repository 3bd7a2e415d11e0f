import type { Track } from "@/api/core";

export const TRACKS = [
  "builders",
  "leaders",
  "entrepreneurs",
  "researchers",
  "educators",
] as const satisfies readonly Track[];

export function isTrack(name: string | undefined): name is Track {
  return TRACKS.some((track) => track === name);
}
