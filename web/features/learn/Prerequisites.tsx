import { getTranslations } from "next-intl/server";
import { Icon } from "@/features/shell/Icon";
import { hrefOf } from "./courses";

interface Properties {
  missing: { id: string; title: string }[];
  isRequired: boolean;
}

/** What comes first, with links to it. */
export async function Prerequisites({ missing, isRequired }: Properties) {
  const t = await getTranslations("learn");
  if (missing.length === 0) {
    return null;
  }
  return (
    <div className={`note ${isRequired ? "warn" : "info"}`}>
      <Icon name={isRequired ? "lock" : "learn"} />
      <strong>{isRequired ? t("prerequisites.required") : t("prerequisites.advised")}</strong>
      <ul>
        {missing.map(({ id, title }) => (
          <li key={id}>
            <a href={hrefOf(id)}>{title}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}
