import "server-only";
import { getTranslations } from "next-intl/server";
import type { Sentences } from "@/client/sentences";

const CODES = [
  "offline",
  "not_authenticated",
  "attempt_open",
  "no_attempts_left",
  "too_late",
  "mission_retired",
  "prerequisites_missing",
  "nothing_to_submit",
  "illegal_transition",
  "too_many_withdrawn",
  "not_a_draft",
  "upload_incomplete",
  "too_many_artifacts",
  "submission_too_large",
  "quota_exceeded",
  "file_too_large",
  "file_empty",
  "type_not_allowed",
  "hash_mismatch",
  "invalid_url",
  "not_kept",
  "mission_passed",
  "no_flags",
  "guardian_consent_required",
  "birth_year_required",
  "busy",
] as const;

/** For the refusals that working on a mission may meet. */
export async function missionSentences(): Promise<Sentences> {
  const [t, common] = [await getTranslations("submissions"), await getTranslations("errors")];
  const own = Object.fromEntries(CODES.map((code) => [code, t(`errors.${code}`)]));
  return {
    ...own,
    invalid: t("errors.invalid_url"),
    failed: t("errors.failed"),
    unavailable: t("errors.failed"),
    rate_limited: common("rate_limited"),
    throttled: common("throttled"),
  };
}
