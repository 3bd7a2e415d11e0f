import { getFormatter, getTranslations } from "next-intl/server";
import type { Review, Rubric } from "@/api/core";
import { Html } from "@/features/texts/Html";
import { times } from "@/features/times/times";

interface Properties {
  review: Review;
  rubric: Rubric | null;
}

/** A decided review: the points of each criterion, what was subtracted, and the comments. */
export async function ReviewText({ review, rubric }: Properties) {
  const [t, format] = [await getTranslations("submissions"), await getFormatter()];
  const percent = (value: number) => format.number(value / 100, { style: "percent" });
  const titleOf = (position: number) =>
    rubric?.criteria.find((one) => one.position === position)?.title ??
    t("review.criterion", { number: position });
  const { rubric_score, hint_cost, late_deduction, score } = review;
  return (
    <div className="stack">
      <p className="meta">
        {t("review.at", { day: (await times()).dayAndMonth(review.decided_at) })}
      </p>
      <Html html={review.comments_html} />
      {review.marks.length > 0 && (
        <table className="tbl keep">
          <caption>{t("review.marks")}</caption>
          <tbody>
            {review.marks.map(({ criterion, points, max_points, comment }) => (
              <tr key={criterion}>
                <th scope="row">
                  {titleOf(criterion)}
                  {comment && <span className="hint label">{comment}</span>}
                </th>
                <td className="r">{t("review.points", { points, of: max_points })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {score !== null && (
        <p>
          <strong>{t("review.score", { percent: percent(score) })}</strong>{" "}
          {rubric_score !== null && (hint_cost > 0 || late_deduction > 0) && (
            <span className="soft">
              {t("review.made", {
                percent: percent(rubric_score),
                hints: percent(hint_cost),
                late: percent(late_deduction),
              })}
            </span>
          )}
        </p>
      )}
    </div>
  );
}
