import { getLocale, getTranslations } from "next-intl/server";
import { editorTexts } from "@/features/submissions/editorTexts";
import { MAX_FILE_BYTES } from "@/features/submissions/limits";
import { WriteMessage } from "./WriteMessage";

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
      locale={await getLocale()}
    />
  );
}
