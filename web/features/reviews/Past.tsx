import { getFormatter, getTranslations } from "next-intl/server";
import type { ReviewForReviewers } from "@/api/core";
import { Html } from "@/features/texts/Html";
import { times } from "@/features/times/times";
import { Outcome } from "./Outcome";

/** The decided reviews of a submission, the last first, with what is for reviewers alone. */
export async function Past({ reviews }: { reviews: ReviewForReviewers[] }) {
  const t = await getTranslations("reviews");
  if (reviews.length === 0) {
    return null;
  }
  return (
    <section className="stack" aria-labelledby="past">
      <h2 id="past">{t("past.title")}</h2>
      {reviews.toReversed().map((review) => (
        <PastReview key={review.id} review={review} />
      ))}
    </section>
  );
}

async function PastReview({ review }: { review: ReviewForReviewers }) {
  const [t, when, format] = await Promise.all([
    getTranslations("reviews.past"),
    times(),
    getFormatter(),
  ]);
  const { score } = review;
  return (
    <article className="card">
      <p className="row apart">
        <strong>{t(`kind.${review.kind}`)}</strong>
        <Outcome state={review.outcome} />
      </p>
      <p className="meta">
        {when.moment(review.decided_at)},{" "}
        {score === null ? t("noScore") : t("score", { score: format.number(score) })}
      </p>
      <Html html={review.comments_html} />
      {review.marks.length > 0 && (
        <details>
          <summary>{t("marks")}</summary>
          <ul className="list">
            {review.marks.map(({ criterion, points, max_points, comment }) => (
              <li key={criterion}>
                <p className="num">
                  {t("criterion", { position: criterion })}: {points} / {max_points}
                </p>
                {comment && <p className="meta">{comment}</p>}
              </li>
            ))}
          </ul>
        </details>
      )}
      {review.private_notes && (
        <p className="why">
          <strong>{t("private")}:</strong> {review.private_notes}
        </p>
      )}
    </article>
  );
}
