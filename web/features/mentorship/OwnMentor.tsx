import { getTranslations } from "next-intl/server";
import type { Match } from "@/api/core";
import { mentorNames } from "@/features/times/people";
import { times } from "@/features/times/times";
import { EndMatch } from "./EndMatch";

/** The learner's mentor, and the ways to them. */
export async function OwnMentor({ match }: { match: Match }) {
  const [t, when, nameOf] = await Promise.all([
    getTranslations("mentorship.find"),
    times(),
    mentorNames([match.mentor]),
  ]);
  return (
    <>
      <h3 id={`mentor-${match.id}`}>{nameOf(match.mentor)}</h3>
      <p className="meta">{t("since", { date: when.date(match.created_at) })}</p>
      <div className="acts">
        <MatchLinks match_id={match.id} />
        {match.mentor !== null && (
          <a className="btn quiet" href={`/mentorship/mentors/${match.mentor}`}>
            {t("about", { name: nameOf(match.mentor) })}
          </a>
        )}
      </div>
      <EndMatch match={match.id} to="/mentorship" />
    </>
  );
}

/** The links from a match to its messages and sessions. */
export async function MatchLinks({ match_id }: { match_id: string }) {
  const t = await getTranslations("mentorship.find");
  return (
    <>
      <a className="btn next" href={`/messages/${match_id}`}>
        {t("write")}
      </a>
      <a className="btn" href="/mentorship/sessions">
        {t("plan")}
      </a>
    </>
  );
}
