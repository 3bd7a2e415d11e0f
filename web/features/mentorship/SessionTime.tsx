import { getTranslations } from "next-intl/server";
import type { MentorshipSession } from "@/api/core";
import { times } from "@/features/times/times";

interface Properties {
  session: MentorshipSession;
  /** The name of the other one, whose clock may show another time. */
  name: string;
  isMentor: boolean;
}

/** When a session is, by the clock of the page and by that of the other one. */
export async function SessionTime({ session, name, isMentor }: Properties) {
  const [t, when] = [await getTranslations("mentorship.sessions"), await times()];
  const { starts_at, ends_at, learner_time_zone, mentor_time_zone } = session;
  const theirZone = isMentor ? learner_time_zone : mentor_time_zone;
  const isSame = when.moment(starts_at) === when.moment(starts_at, theirZone);
  return (
    <>
      <p className="num">
        <strong>
          {t("range", { from: when.moment(starts_at), to: when.clock(ends_at) })}, {when.zoneName()}
        </strong>
      </p>
      {!isSame && (
        <p className="meta num">
          {t("theirs", {
            name,
            from: when.moment(starts_at, theirZone),
            to: when.clock(ends_at, theirZone),
            zone: when.zoneName(theirZone),
          })}
        </p>
      )}
    </>
  );
}
