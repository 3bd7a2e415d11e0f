import { getTranslations } from "next-intl/server";
import { type MentorshipSession, mentorsRead } from "@/api/core";
import { ApiForm } from "@/features/actions/ApiForm";
import { TextField } from "@/features/actions/fields";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { SlotChoice } from "./SlotChoice";

const DAYS = 21;

interface Pair {
  mentor: number | null;
  isMentor: boolean;
  name: string;
}

/** Proposes a session of a match. A learner takes a free time, the mentor any. */
export async function Proposal({ match, ...pair }: Pair & { match: string }) {
  const t = await getTranslations("mentorship.book");
  const { name, isMentor } = pair;
  return (
    <div className="stack">
      <p className="meta">{t(isMentor ? "mentorText" : "learnerText", { name })}</p>
      <TimeForm
        {...pair}
        path="/mentorship/sessions/"
        fixed={{ match }}
        submit={t("submit")}
        id={`start-${match}`}
      />
    </div>
  );
}

/** Proposes another time for a session. */
export async function Moving({ session, ...pair }: Pair & { session: MentorshipSession }) {
  const [t, when] = [await getTranslations("mentorship.book"), await times()];
  return (
    <section className="card now stack" id="move" aria-labelledby="move-title">
      <h2 id="move-title">{t("moveTitle", { moment: when.moment(session.starts_at) })}</h2>
      <p>{t("moveText")}</p>
      <TimeForm
        {...pair}
        path={`/mentorship/sessions/${session.id}/move/`}
        fixed={{}}
        submit={t("moveSubmit")}
        to="/mentorship/sessions"
        id="start-move"
        isRepeatable={false}
      />
      <a className="btn quiet" href="/mentorship/sessions">
        {t("back")}
      </a>
    </section>
  );
}

interface TimeFormProperties extends Pair {
  path: string;
  fixed: Record<string, string>;
  submit: string;
  id: string;
  to?: string;
  isRepeatable?: boolean;
}

async function TimeForm(properties: TimeFormProperties) {
  const { mentor, isMentor, path, fixed, submit, id, to, isRepeatable = true } = properties;
  const [t, when] = await Promise.all([getTranslations("mentorship.book"), times()]);
  const mentor_id = mentor ?? 0;
  const profile = (await load(mentorsRead({ client: core, path: { mentor_id } }))).data;
  const minutes = profile?.session_minutes;
  const zone = when.zoneName();
  return (
    <ApiForm
      path={path}
      shape={{ starts_at: isMentor ? { zone: when.zone } : "text" }}
      fixed={fixed}
      submit={submit}
      done={t("done")}
      hasKey={isRepeatable}
      {...(to ? { to } : {})}
    >
      {isMentor ? (
        <TextField
          id={id}
          name="starts_at"
          type="datetime-local"
          label={t("start")}
          hint={minutes ? t("startHint", { zone, minutes }) : t("startHintPlain", { zone })}
        />
      ) : (
        <SlotChoice
          mentor_id={mentor_id}
          zone={profile?.time_zone ?? when.zone}
          days={DAYS}
          none={t("none")}
          canChoose
        />
      )}
    </ApiForm>
  );
}
