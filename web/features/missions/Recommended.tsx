import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { missionsListRecommended } from "@/api/ai";
import { hrefOf } from "@/features/learn/courses";
import { Icon } from "@/features/shell/Icon";
import { times } from "@/features/times/times";
import { ai, load } from "@/server/caller";

const SHOWN = 3;

/** Missions that fit the learner, which the rest of the page does not wait for. */
export function RecommendedLater() {
  return (
    <Suspense fallback={<span className="wait" aria-hidden="true" />}>
      <Recommended />
    </Suspense>
  );
}

/** Nothing while ai does not answer: all missions are below. */
async function Recommended() {
  const [t, { data }] = await Promise.all([
    getTranslations("missions.recommended"),
    load(missionsListRecommended({ client: ai, query: { limit: SHOWN } })),
  ]);
  if (!data || data.missions.length === 0) {
    return null;
  }
  const when = await times();
  return (
    <section className="stack" aria-labelledby="recommended">
      <h2 id="recommended">{t("heading")}</h2>
      <ul className="list prose">
        {data.missions.map(({ content_id, mission_id, title, reason, mission }) => (
          <li key={content_id}>
            <h3>
              <a href={mission_id ? `/missions/${mission_id}` : hrefOf(content_id)}>{title}</a>
            </h3>
            <p className="why">
              <Icon name="chart" />
              {reason}
            </p>
            {mission?.closes_at && (
              <p className="meta">{t("until", { moment: when.longMoment(mission.closes_at) })}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
