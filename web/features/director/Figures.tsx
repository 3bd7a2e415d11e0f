import { getTranslations } from "next-intl/server";
import type { DirectorOverview } from "@/api/core";
import { times } from "@/features/times/times";

/** The four numbers on top. */
export async function Figures({ overview }: { overview: DirectorOverview }) {
  const [t, when] = await Promise.all([getTranslations("director.figures"), times()]);
  const { learners, review_queue: queue, sessions } = overview;
  return (
    <dl className="figures four">
      <Figure
        name={t("active")}
        value={overview.active_7_days}
        text={t("ofLearners", { learners })}
      />
      <Figure name={t("risk")} value={overview.at_risk} text={t("ofLearners", { learners })} />
      <Figure
        name={t("reviews")}
        value={queue.reviews_waiting}
        text={
          queue.oldest_since
            ? t("oldest", {
                overdue: queue.reviews_overdue,
                date: when.dayAndMonth(queue.oldest_since),
              })
            : t("noneWait")
        }
      />
      <Figure
        name={t("sessions")}
        value={sessions.unrecorded_sessions}
        text={
          sessions.unrecorded_sessions
            ? t("hours", { hours: sessions.unrecorded_hours })
            : t("allRecorded")
        }
      />
    </dl>
  );
}

function Figure({ name, value, text }: { name: string; value: number; text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        <small>{text}</small>
      </dd>
    </div>
  );
}
