import { getTranslations } from "next-intl/server";
import { type Similarity, submissionsCompare } from "@/api/core";
import { Icon } from "@/features/shell/Icon";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

/** Pieces of the work that are like those of other learners, with the passages. */
export async function Similar({ submission }: { submission: string }) {
  const path = { submission_id: submission };
  const [t, compared] = await Promise.all([
    getTranslations("reviews"),
    load(submissionsCompare({ client: core, path })),
  ]);
  const similar = compared.data?.similarities ?? [];
  if (!compared.data || similar.length === 0) {
    return compared.data ? <p className="meta">{t("review.similar.none")}</p> : null;
  }
  return (
    <div className="note warn">
      <Icon name="alert" />
      <strong>{t("review.similar.title", { count: similar.length })}</strong>
      <p>{t("review.similar.text")}</p>
      <details>
        <summary>{t("review.similar.show")}</summary>
        <ul className="list">
          {similar.map((one) => (
            <li key={`${one.artifact} ${one.other_submission} ${one.other_submitted_at}`}>
              <One similarity={one} />
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

async function One({ similarity }: { similarity: Similarity }) {
  const [t, when] = [await getTranslations("reviews"), await times()];
  const { equal, percent, passages, other_submission, other_submitted_at } = similarity;
  const moment = when.moment(other_submitted_at);
  return (
    <>
      <p>
        <strong>
          {equal ? t("review.similar.equal") : t("review.similar.percent", { percent, moment })}
        </strong>
      </p>
      {passages.length > 0 && (
        <p className="meta">{t("review.similar.passages", { count: passages.length })}</p>
      )}
      {passages.map((passage) => (
        <blockquote className="why" key={passage}>
          {passage}
        </blockquote>
      ))}
      <p>
        {other_submission ? (
          <a className="own-line" href={`/reviews/${other_submission}`}>
            {t("review.similar.other")}
          </a>
        ) : (
          <span className="meta">{t("review.similar.hidden")}</span>
        )}
      </p>
    </>
  );
}
