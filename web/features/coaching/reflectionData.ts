import "server-only";
import { getTranslations } from "next-intl/server";
import { type ReflectionTag, usersMeConsents } from "@/api/core";
import { core, load } from "@/server/caller";
import { textsOf } from "@/server/texts";
import type { ReflectionShared } from "./WriteReflection";

const MOODS = ["very_bad", "bad", "neutral", "good", "very_good"] as const;
const TAGS: readonly ReflectionTag[] = [
  "career",
  "confidence",
  "health",
  "motivation",
  "teamwork",
  "time",
  "understanding",
];

/** Texts and choices of reflections, and whether mentors may read what is shared. */
export async function reflectionShared(): Promise<ReflectionShared> {
  const t = await getTranslations("coaching");
  return {
    texts: (await textsOf("coaching")).reflection,
    noMood: t("reflections.noMood"),
    moods: MOODS.map((value) => ({ value, name: t(`reflections.moods.${value}`) })),
    tags: TAGS.map((value) => ({ value, name: t(`reflections.tags.${value}`) })),
    mentorsMayRead: await mentorsMayRead(),
  };
}

async function mentorsMayRead(): Promise<boolean> {
  const { data } = await load(usersMeConsents({ client: core, query: { page_size: 100 } }));
  const consents = data?.results ?? [];
  return consents.some(
    ({ kind, withdrawn_at }) => kind === "mentor_reads_reflections" && withdrawn_at === null,
  );
}
