import { getTranslations } from "next-intl/server";
import type { ListedRequest } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { times } from "@/features/times/times";

/** Learners who ask the mentor, and by when each has an answer. */
export async function RequestsToAnswer({ requests }: { requests: ListedRequest[] }) {
  const [t, when] = await Promise.all([getTranslations("mentorship"), times()]);
  if (requests.length === 0) {
    return null;
  }
  return (
    <section className="card stack" aria-labelledby="to-answer">
      <h2 id="to-answer">{t("requests.toAnswer")}</h2>
      <ul className="list">
        {requests.map((one) => (
          <li key={one.id}>
            <h3>
              {one.learner_name}
              {one.learner_track && (
                <span className="meta"> {t(`tracks.${one.learner_track}`)}</span>
              )}
            </h3>
            {one.message && <p className="why">{one.message}</p>}
            {one.expires_at && (
              <p className="meta">{t("requests.until", { moment: when.moment(one.expires_at) })}</p>
            )}
            <div className="acts">
              <ActionButton path={`/mentorship/requests/${one.id}/accept/`}>
                {t("requests.accept", { name: one.learner_name })}
              </ActionButton>
              <ActionButton
                path={`/mentorship/requests/${one.id}/decline/`}
                className="btn quiet"
                hasKey={false}
              >
                {t("requests.decline")}
              </ActionButton>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
