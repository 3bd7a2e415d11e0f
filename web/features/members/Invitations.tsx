import { getTimeZone, getTranslations } from "next-intl/server";
import { type Invitation, type InvitedRole, invitationsList } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { ApiForm } from "@/features/actions/ApiForm";
import { SelectField, TextField } from "@/features/actions/fields";
import { ProblemState } from "@/features/shell/Problem";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";

const ROLES: InvitedRole[] = ["learner", "mentor", "sponsor"];

interface InviteProperties {
  organization: number;
  /** Only admins invite directors. */
  isAdmin: boolean;
}

export async function Invite({ organization, isAdmin }: InviteProperties) {
  const [t, all, when, zone] = await Promise.all([
    getTranslations("members.invite"),
    getTranslations("members"),
    times(),
    getTimeZone(),
  ]);
  const roles: InvitedRole[] = isAdmin ? [...ROLES, "director"] : ROLES;
  return (
    <section className="card now stack" aria-labelledby="invite">
      <h2 id="invite">{t("title")}</h2>
      <ApiForm
        path={`/organizations/${organization}/invitations/`}
        shape={{ email: "text", role: "text", until: { zone } }}
        submit={t("submit")}
        className="btn next"
        done={t("done")}
        hasKey={false}
      >
        <TextField
          id="invite-email"
          name="email"
          type="email"
          inputMode="email"
          autoComplete="off"
          label={t("email")}
        />
        <SelectField
          id="invite-role"
          name="role"
          label={t("role")}
          options={roles.map((value) => ({ value, label: all(`roles.${value}`) }))}
        />
        <TextField
          id="invite-until"
          name="until"
          type="datetime-local"
          label={t("until")}
          hint={t("untilHint", { zone: when.zoneName() })}
        />
      </ApiForm>
    </section>
  );
}

/** The invitations of an organization: the open ones, and those that ended lately. */
export async function Invitations({ organization }: { organization: number }) {
  const path = { organization_id: organization };
  const [t, invitations] = await Promise.all([
    getTranslations("members.invitations"),
    load(invitationsList({ client: core, path, query: { page_size: 100 } })),
  ]);
  if (invitations.problem) {
    return <ProblemState problem={invitations.problem} />;
  }
  const open = invitations.data.results.filter(({ status }) => status === "open");
  const ended = invitations.data.results.filter(({ status }) => status !== "open");
  return (
    <section className="stack" aria-labelledby="invitations">
      <h2 id="invitations">{t("title")}</h2>
      {open.length === 0 && <p>{t("none")}</p>}
      <ul className="list">
        {open.map((one) => (
          <li key={one.id}>
            <OpenInvitation invitation={one} />
          </li>
        ))}
      </ul>
      {ended.length > 0 && (
        <details>
          <summary>{t("ended")}</summary>
          <ul className="list">
            {ended.map((one) => (
              <li key={one.id}>
                <EndedInvitation invitation={one} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

async function OpenInvitation({ invitation }: { invitation: Invitation }) {
  const [t, all, when] = await Promise.all([
    getTranslations("members.invitations"),
    getTranslations("members"),
    times(),
  ]);
  const { id, organization, email, role, created_at, expires_at } = invitation;
  const [sent, until] = [when.day(created_at), when.moment(expires_at)];
  const path = `/organizations/${organization}/invitations/${id}/`;
  const question = {
    title: t("withdrawQuestion", { email }),
    text: t("withdrawText"),
    yes: t("withdrawYes"),
    no: all("no"),
  };
  return (
    <>
      <h3>{email}</h3>
      <p className="meta">{t("facts", { role: all(`roles.${role}`), sent, until })}</p>
      <div className="acts">
        <ActionButton
          path={`${path}resend/`}
          className="btn quiet"
          done={t("resent")}
          hasKey={false}
        >
          {t("resend")}
        </ActionButton>
        <ActionButton method="delete" path={path} className="btn quiet" question={question}>
          {t("withdraw")}
        </ActionButton>
      </div>
    </>
  );
}

async function EndedInvitation({ invitation }: { invitation: Invitation }) {
  const [t, when] = [await getTranslations("members.invitations"), await times()];
  const { email, status, ended_at } = invitation;
  const date = ended_at ? when.day(ended_at) : "";
  return (
    <p>
      {email} <span className="meta">{t(`status.${status}`, { date })}</span>
    </p>
  );
}
