import { getTranslations } from "next-intl/server";

/** Reads the page again while a file is being made. */
export async function LookAgain({ page }: { page: string }) {
  const t = await getTranslations("exports");
  return (
    <p className="row">
      {t("underWay")}
      <a className="btn" href={page}>
        {t("reload")}
      </a>
    </p>
  );
}
