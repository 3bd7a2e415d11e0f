import { getTranslations } from "next-intl/server";
import type { Submission } from "@/api/core";
import { times } from "@/features/times/times";
import { reviewsOf } from "./reviews";
import { StateBadge } from "./StateBadge";

const QUOTED_CHARACTERS = 200;

interface Properties {
  missionId: string;
  submissions: Submission[];
}

/** The attempts before the present one, each with the words of its review. */
export async function EarlierAttempts({ missionId, submissions }: Properties) {
  return (
    <>
      {submissions.map((submission) => (
        <Attempt key={submission.id} missionId={missionId} submission={submission} />
      ))}
    </>
  );
}

async function Attempt({ missionId, submission }: { missionId: string; submission: Submission }) {
  const t = await getTranslations("submissions");
  const { id, attempt, state, submitted_at, decided_at } = submission;
  const [review] = decided_at ? await reviewsOf(id) : [];
  const day = decided_at ?? submitted_at;
  return (
    <section className="stack tight" aria-labelledby={`attempt-${attempt}`}>
      <h2 id={`attempt-${attempt}`}>
        <a href={`/missions/${missionId}/attempts/${id}`}>{t("attempt", { attempt })}</a>
      </h2>
      <p>
        <StateBadge state={state} />
      </p>
      {review?.comments && <p className="why">{t("quote", { text: cut(review.comments) })}</p>}
      {day && <p className="meta">{(await times()).dayAndMonth(day)}</p>}
    </section>
  );
}

function cut(text: string): string {
  const plain = text.replace(/[*_`#>]/g, "").trim();
  return plain.length > QUOTED_CHARACTERS ? `${plain.slice(0, QUOTED_CHARACTERS)}…` : plain;
}
