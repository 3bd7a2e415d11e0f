import { getTranslations } from "next-intl/server";
import type { Member, Membership } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { HeadRow } from "@/features/actions/HeadRow";
import { fullName } from "@/features/times/people";
import { times } from "@/features/times/times";

interface Properties {
  organization: number;
  members: Member[];
  count: number;
  own_id: number;
}

/** Who belongs to an organization, and with which roles. */
export async function MembersTable({ organization, members, count, own_id }: Properties) {
  const t = await getTranslations("members");
  return (
    <table className="tbl">
      <caption>{t("table.caption", { count })}</caption>
      <HeadRow
        heads={[
          { text: t("table.name") },
          { text: t("table.email") },
          { text: t("table.roles") },
          { text: t("table.action"), isHidden: true },
        ]}
      />
      <tbody>
        {members.map((member) => (
          <MemberRow
            key={member.id}
            organization={organization}
            member={member}
            isOwn={member.id === own_id}
          />
        ))}
      </tbody>
    </table>
  );
}

/** A long address may break before its @. */
async function Email({ email }: { email: string | null }) {
  if (email === null) {
    return (await getTranslations("members"))("hidden");
  }
  const at = email.lastIndexOf("@");
  return (
    <span>
      {email.slice(0, at)}
      <wbr />
      {email.slice(at)}
    </span>
  );
}

async function Roles({ member }: { member: Member }) {
  const [t, when] = [await getTranslations("members"), await times()];
  const words = ({ role, until }: Membership) =>
    until ? t("until", { role: t(`roles.${role}`), date: when.day(until) }) : t(`roles.${role}`);
  const roles = [...new Set(member.memberships.map(words))];
  if (!member.is_active) {
    roles.push(t("inactive"));
  }
  return <span>{roles.join(", ") || t(`roles.${member.role}`)}</span>;
}

interface RowProperties {
  organization: number;
  member: Member;
  isOwn: boolean;
}

async function MemberRow({ organization, member, isOwn }: RowProperties) {
  const t = await getTranslations("members");
  const name = fullName(member) || (member.email ?? `${member.id}`);
  const question = {
    title: t("removeQuestion", { name }),
    text: t("removeText"),
    yes: t("removeYes"),
    no: t("no"),
  };
  return (
    <tr>
      <th scope="row">
        <a href={`/members/${member.id}`}>{name}</a>
      </th>
      <td className="long" data-l={t("table.email")}>
        <Email email={member.email} />
      </td>
      <td data-l={t("table.roles")}>
        <Roles member={member} />
      </td>
      <td className="r">
        {!isOwn && (
          <ActionButton
            method="delete"
            path={`/organizations/${organization}/members/${member.id}/`}
            className="btn quiet"
            question={question}
          >
            {t("remove")}
            <span className="hide">{t("removeHidden", { name })}</span>
          </ActionButton>
        )}
      </td>
    </tr>
  );
}
