import { getTranslations } from "next-intl/server";
import type { MentorshipSession } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { SessionBadge } from "./SessionBadge";
import { SessionTime } from "./SessionTime";

interface Properties {
  session: MentorshipSession;
  name: string;
  own_id: number;
}

/** A session to come: to agree to, to move, to call off. */
export async function ComingSession({ session, name, own_id }: Properties) {
  const t = await getTranslations("mentorship.sessions");
  const isMentor = session.mentor === own_id;
  const isProposed = session.state === "requested";
  const isOwnProposal = session.proposed_by === (isMentor ? "mentor" : "learner");
  return (
    <>
      <div className="row apart">
        <h3>{t("with", { name })}</h3>
        <SessionBadge state={session.state} />
      </div>
      <SessionTime session={session} name={name} isMentor={isMentor} />
      {isProposed && (
        <p className="why">{t(isOwnProposal ? "waitsForThem" : "waitsForYou", { name })}</p>
      )}
      <Acts session={session} name={name} canConfirm={isProposed && !isOwnProposal} />
    </>
  );
}

interface ActsProperties {
  session: MentorshipSession;
  name: string;
  canConfirm: boolean;
}

async function Acts({ session, name, canConfirm }: ActsProperties) {
  const t = await getTranslations("mentorship.sessions");
  const path = `/mentorship/sessions/${session.id}`;
  return (
    <div className="acts">
      {canConfirm && (
        <ActionButton path={`${path}/confirm/`} className="btn" hasKey={false}>
          {t("confirm")}
        </ActionButton>
      )}
      <a className="btn quiet" href={`/mentorship/sessions?move=${session.id}#move`}>
        {t("move")}
      </a>
      <ActionButton
        path={`${path}/cancel/`}
        className="btn quiet"
        hasKey={false}
        question={{
          title: t("cancelQuestion"),
          text: t("cancelText", { name }),
          yes: t("cancelYes"),
          no: t("cancelNo"),
        }}
      >
        {t("cancel")}
      </ActionButton>
    </div>
  );
}
