import { getTranslations } from "next-intl/server";
import type { OpenReview } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { times } from "@/features/times/times";

/** Work that waits for a review, and by when that is promised. */
export async function Reviews({ reviews }: { reviews: OpenReview[] }) {
  const t = await getTranslations("home.reviews");
  return (
    <section className="stack" aria-labelledby="reviews">
      <h2 id="reviews">{t("heading")}</h2>
      {reviews.length === 0 && <p>{t("none")}</p>}
      <ul className="list">
        {reviews.map((one) => (
          <Waiting key={one.submission} review={one} />
        ))}
      </ul>
      <p className="row">
        <a href="/mentorship">{t("mentor")}</a>
        <a href="/mentorship/sessions">{t("sessions")}</a>
        <a href="/messages">{t("messages")}</a>
      </p>
    </section>
  );
}

async function Waiting({ review }: { review: OpenReview }) {
  const [t, when] = await Promise.all([getTranslations("home.reviews"), times()]);
  const { mission, title, entered_at, promised_by } = review;
  const isLate = Date.parse(promised_by) < Date.now();
  return (
    <li>
      <h3>
        <a href={`/missions/${mission}`}>{title}</a>
      </h3>
      <p className="sync accepted">
        <Icon name="check" /> {t("accepted", { when: when.longMoment(entered_at) })}
      </p>
      <p>
        {t.rich(isLate ? "late" : "promised", {
          when: when.longMoment(promised_by),
          b: (chunks) => <strong>{chunks}</strong>,
        })}
      </p>
    </li>
  );
}
