import "server-only";
import { getTranslations } from "next-intl/server";
import type { Sentences } from "@/client/sentences";

/** For the refusals that marking progress and taking quizzes may meet. */
export async function learnSentences(): Promise<Sentences> {
  const [t, common] = [await getTranslations("learn"), await getTranslations("errors")];
  return {
    failed: common("unavailable"),
    offline: t("errors.offline"),
    unavailable: common("unavailable"),
    prerequisites_missing: t("errors.prerequisites_missing"),
    needs_quiz: t("errors.needs_quiz"),
    needs_review: t("errors.needs_review"),
    already_completed: t("errors.already_completed"),
    no_attempts_left: t("errors.no_attempts_left"),
    too_soon: t("errors.too_soon"),
    quiz_retired: t("errors.quiz_retired"),
    already_submitted: t("errors.already_submitted"),
    guardian_consent_required: t("errors.guardian_consent_required"),
    birth_year_required: t("errors.birth_year_required"),
    rate_limited: common("rate_limited"),
    throttled: common("throttled"),
  };
}
