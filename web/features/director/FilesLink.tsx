import { getTranslations } from "next-intl/server";

/** Beside tables: the way to have them as files. */
export async function FilesLink({ cohort }: { cohort?: string | undefined }) {
  const t = await getTranslations("director");
  const page = "/dashboard/staff/files";
  return (
    <p>
      <a className="btn" href={cohort ? `${page}?cohort=${cohort}` : page}>
        {t("toFiles")}
      </a>
    </p>
  );
}
