import { getTranslations } from "next-intl/server";
import { Note } from "@/features/shell/Note";
import { LookAgain } from "./LookAgain";

interface Properties {
  /** Where it was asked for: the query `paying` of the page. */
  at: string | undefined;
  /** The page. */
  page: string;
}

/** What is said while a payment is under way. The page is read again until its gateway confirmed it. */
export async function Paying({ at, page }: Properties) {
  const t = await getTranslations("billing.pay");
  if (at !== "phone" && at !== "page") {
    return null;
  }
  return (
    <>
      <LookAgain />
      <Note kind="info" icon="clock" title={at === "phone" ? t("asked") : t("backFromPage")}>
        {at === "phone" ? t("askedText") : t("backFromPageText")}{" "}
        <a href={`${page}?paying=${at}`}>{t("reload")}</a>
      </Note>
    </>
  );
}
