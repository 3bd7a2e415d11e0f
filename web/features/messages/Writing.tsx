import { getLocale, getTranslations } from "next-intl/server";
import { actionTexts } from "@/features/actions/texts";
import { missionSentences } from "@/features/missions/sentences";
import { editorTexts } from "@/features/submissions/editorTexts";
import { MAX_FILE_BYTES } from "@/features/submissions/limits";
import { WriteMessage } from "./WriteMessage";

const CODES = [
  "match_ended",
  "blocked",
  "guardian_consent_required",
  "unknown_file",
  "upload_incomplete",
] as const;

/** Where the caller writes to the other one of a match. */
export async function Writing({ match }: { match: string }) {
  const t = await getTranslations("messages");
  return (
    <WriteMessage
      match={match}
      maxBytes={MAX_FILE_BYTES}
      texts={{
        text: t("text"),
        addLinks: t("addLinks"),
        links: t("links"),
        linksHint: t("linksHint"),
        send: t("send"),
        sent: t("sent"),
        waiting: t("waiting"),
      }}
      files={(await editorTexts()).files}
      sentences={await missionSentences()}
      refusals={await actionTexts(...CODES)}
      locale={await getLocale()}
    />
  );
}
