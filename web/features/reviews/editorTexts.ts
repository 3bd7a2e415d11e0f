import "server-only";
import { getTranslations } from "next-intl/server";
import type { Criterion } from "@/api/core";
import type { EditorTexts } from "./ReviewEditor";

/** The texts of the editor, in the language of the page. */
export async function editorTexts(criteria: Criterion[]): Promise<EditorTexts> {
  const t = await getTranslations("reviews.editor");
  const raw = (key: Parameters<typeof t.raw>[0]) => t.raw(key) as string;
  const points = criteria.map(({ max_points }) => [max_points, t("points", { count: max_points })]);
  return {
    title: t("title"),
    sum: raw("sum"),
    pass: raw("pass"),
    points: Object.fromEntries(points) as Record<number, string>,
    levels: [t("levels.none"), t("levels.part"), t("levels.most"), t("levels.full")],
    other: t("other"),
    otherPoints: t("otherPoints"),
    comment: t("comment"),
    commentHint: t("commentHint"),
    toLearner: t("toLearner"),
    toLearnerHint: t("toLearnerHint"),
    private: t("private"),
    privateHint: t("privateHint"),
    missing: raw("missing"),
    belowPass: raw("belowPass"),
    outcomes: { changes_requested: t("askChanges"), passed: t("pass_it"), failed: t("fail") },
    questions: {
      changes_requested: t("confirm.changes_requested"),
      passed: t("confirm.passed"),
      failed: t("confirm.failed"),
    },
    confirmText: t("confirm.text"),
    yes: t("confirm.yes"),
    no: t("confirm.no"),
    draft: {
      accepted: raw("draft.accepted"),
      sending: t("draft.sending"),
      kept: t("draft.kept"),
      lost: t("draft.lost"),
      refused: t("draft.refused"),
    },
  };
}
