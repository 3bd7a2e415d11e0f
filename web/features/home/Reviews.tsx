import { getTranslations } from "next-intl/server";
import type { Wait } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { submissions, type WorkInReview } from "./submissions";

/** Work that waits for a review, by when it is promised, and work that came back. */
export async function Reviews() {
  const t = await getTranslations("home");
  const { data, problem } = await submissions();
  return (
    <section className="stack" aria-labelledby="reviews">
      <h2 id="reviews">{t("reviews.heading")}</h2>
      {problem && <ProblemState problem={problem} />}
      {data?.length === 0 && <p>{t("reviews.none")}</p>}
      <ul className="list">
        {data?.map((one) => (
          <li key={one.submission.id}>
            <h3>
              <a href={`/missions/${one.mission.id}`}>{one.mission.title}</a>
            </h3>
            {one.wait ? <Waiting sent={one} wait={one.wait} /> : <Returned sent={one} />}
          </li>
        ))}
      </ul>
      <p className="row">
        <a href="/mentorship">{t("reviews.mentor")}</a>
        <a href="/mentorship/sessions">{t("reviews.sessions")}</a>
        <a href="/messages">{t("reviews.messages")}</a>
      </p>
    </section>
  );
}

async function Waiting({ sent, wait }: { sent: WorkInReview; wait: Wait }) {
  const t = await getTranslations("home");
  const { submitted_at } = sent.submission;
  const { reviews, share_kept } = wait;
  return (
    <>
      {submitted_at && (
        <p className="sync accepted">
          <Icon name="check" />{" "}
          {t("reviews.accepted", { when: (await times()).longMoment(submitted_at) })}
        </p>
      )}
      <p>
        {t.rich(wait.second_opinion ? "reviews.second" : "reviews.promised", {
          when: (await times()).longMoment(wait.promised_by),
          b: (chunks) => <strong>{chunks}</strong>,
        })}
      </p>
      <p className="meta">
        {share_kept === null
          ? t("reviews.notEnough", { reviews })
          : t("reviews.kept", { kept: Math.round(share_kept * reviews), reviews })}
      </p>
    </>
  );
}

async function Returned({ sent }: { sent: WorkInReview }) {
  const t = await getTranslations("home");
  const { decided_at } = sent.submission;
  return (
    <>
      <p>
        <span className="badge warn">
          <Icon name="message" /> {t("reviews.changes")}
        </span>
      </p>
      {decided_at && (
        <p className="meta">
          {t("reviews.decided", { when: (await times()).longMoment(decided_at) })}
        </p>
      )}
    </>
  );
}
