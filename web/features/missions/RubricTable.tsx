import { getFormatter, getTranslations } from "next-intl/server";
import type { Rubric } from "@/api/core";

/** The criteria by which work is reviewed. */
export async function RubricTable({ rubric }: { rubric: Rubric }) {
  const [t, format] = [await getTranslations("missions"), await getFormatter()];
  const total = rubric.criteria.reduce((sum, { max_points }) => sum + max_points, 0);
  const needed = Math.ceil((total * rubric.pass_percentage) / 100);
  return (
    <table className="tbl keep">
      <caption>{t("rubric.caption", { version: rubric.version, needed, total })}</caption>
      <thead>
        <tr>
          <th scope="col">{t("rubric.criterion")}</th>
          <th scope="col" className="r">
            {t("rubric.points")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rubric.criteria.map(({ position, title, description, max_points }) => (
          <tr key={position}>
            <th scope="row">
              {title}
              {description && <span className="hint label">{description}</span>}
            </th>
            <td className="r">{format.number(max_points)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
