import type { Locale, Track } from "@/api/core";

export const TRACKS: Track[] = ["builders", "leaders", "entrepreneurs", "researchers", "educators"];
export const LANGUAGES: Locale[] = ["en", "sw", "fr", "pt", "ar", "am", "ha", "yo"];
