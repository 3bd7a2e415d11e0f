import { getTranslations } from "next-intl/server";
import type { MentorshipSession } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ApiForm } from "@/features/actions/ApiForm";
import { AreaField, SelectField } from "@/features/actions/fields";
import { SessionBadge } from "./SessionBadge";
import { SessionTime } from "./SessionTime";

interface Properties {
  session: MentorshipSession;
  name: string;
  own_id: number;
}

/** A session that is over: the mentor notes whether it took place, the learner rates it. */
export async function PastSession({ session, name, own_id }: Properties) {
  const t = await getTranslations("mentorship.sessions");
  const isMentor = session.mentor === own_id;
  return (
    <>
      <div className="row apart">
        <h3>{t("with", { name })}</h3>
        <SessionBadge state={session.state} />
      </div>
      <SessionTime session={session} name={name} isMentor={isMentor} />
      {session.missed_by && <p className="meta">{t(`missedBy.${session.missed_by}`)}</p>}
      {isMentor && session.state === "confirmed" && <Attendance session={session} name={name} />}
      {!isMentor && session.state !== "cancelled" && <Rating session={session} />}
    </>
  );
}

async function Attendance({ session, name }: { session: MentorshipSession; name: string }) {
  const t = await getTranslations("mentorship.sessions");
  const outcomes = [
    { missed_by: null, label: t("held") },
    { missed_by: "learner", label: t("missedByLearner", { name }) },
    { missed_by: "mentor", label: t("missedByMe") },
  ];
  return (
    <>
      <p>{t("noteText")}</p>
      <div className="acts">
        {outcomes.map(({ missed_by, label }) => (
          <ActionButton
            key={label}
            path={`/mentorship/sessions/${session.id}/attendance/`}
            body={{ missed_by }}
            hasKey={false}
          >
            {label}
          </ActionButton>
        ))}
      </div>
    </>
  );
}

async function Rating({ session }: { session: MentorshipSession }) {
  const t = await getTranslations("mentorship.sessions");
  const ratings = (["5", "4", "3", "2", "1"] as const).map((value) => ({
    value,
    label: t(`ratings.${value}`),
  }));
  return (
    <details>
      <summary>{t("rate")}</summary>
      <ApiForm
        path={`/mentorship/sessions/${session.id}/feedback/`}
        shape={{ rating: "number", text: "text" }}
        submit={t("rateSend")}
        done={t("rated")}
        keeps
        hasKey={false}
      >
        <SelectField
          id={`rating-${session.id}`}
          name="rating"
          label={t("rating")}
          options={ratings}
        />
        <AreaField
          id={`rating-text-${session.id}`}
          name="text"
          label={t("ratingText")}
          hint={t("ratingHint")}
          rows={3}
          maxLength={2000}
        />
      </ApiForm>
    </details>
  );
}
