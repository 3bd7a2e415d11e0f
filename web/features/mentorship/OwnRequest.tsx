import { getTranslations } from "next-intl/server";
import { type ListedRequest, mentorshipRequestsRead, type TypicalWait } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { mentorNames } from "@/features/times/people";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

/** A request of the learner's: who has to answer, its place, and how long others waited. */
export async function OwnRequest({ request }: { request: ListedRequest }) {
  const path = { request_id: request.id };
  const [t, when, nameOf, detail] = await Promise.all([
    getTranslations("mentorship.requests"),
    times(),
    mentorNames([request.mentor]),
    load(mentorshipRequestsRead({ client: core, path })),
  ]);
  const { mentor, expires_at } = request;
  const timeOuts = detail.data?.returned_by_time_out ?? 0;
  return (
    <>
      <p>
        <strong>
          {mentor !== null && expires_at
            ? t("asked", { name: nameOf(mentor), moment: when.moment(expires_at) })
            : t("waiting")}
        </strong>
      </p>
      <p className="meta">
        {t("sentAt", { moment: when.moment(request.created_at) })}{" "}
        {timeOuts > 0 && t("timeOuts", { count: timeOuts })}
      </p>
      {detail.data && (
        <p className="why">
          {detail.data.place !== null && t("place", { place: detail.data.place })}{" "}
          <Wait wait={detail.data.typical_wait} /> {t("noPromise")}
        </p>
      )}
      <ActionButton
        path={`/mentorship/requests/${request.id}/withdraw/`}
        className="btn quiet"
        hasKey={false}
      >
        {t("withdraw")}
      </ActionButton>
    </>
  );
}

async function Wait({ wait }: { wait: TypicalWait }) {
  const t = await getTranslations("mentorship.requests");
  const { sample, p50_hours, p80_hours } = wait;
  if (p50_hours === null || p80_hours === null) {
    return <>{t("waitUnknown", { sample })}</>;
  }
  const words = (hours: number) => t("hours", { count: Math.max(1, Math.ceil(hours)) });
  return <>{t("wait", { half: words(p50_hours), most: words(p80_hours) })}</>;
}
