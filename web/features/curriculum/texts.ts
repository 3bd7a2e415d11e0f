import "server-only";
import { getTranslations } from "next-intl/server";
import { durationOf } from "./duration";

/** Says how long something takes, as "90 min" or "6.5 h". */
export async function durationText(): Promise<(minutes: number) => string> {
  const t = await getTranslations("curriculum.duration");
  return (minutes) => {
    const { unit, count } = durationOf(minutes);
    return t(unit, { count });
  };
}
