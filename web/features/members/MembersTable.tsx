import { getTranslations } from "next-intl/server";
import type { Member, Membership } from "@/api/core";
import { ActButton } from "@/features/actions/ActButton";
import { actionTexts } from "@/features/actions/texts";
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
  const texts = await actionTexts("still_enrolled", "main_membership");
  return (
    <table className="tbl">
      <caption>{t("table.caption", { count })}</caption>
      <thead>
        <tr>
          <th scope="col">{t("table.name")}</th>
          <th scope="col">{t("table.email")}</th>
          <th scope="col">{t("table.roles")}</th>
          <th scope="col">
            <span className="hide">{t("table.action")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <tr key={member.id}>
            <th scope="row">{fullName(member) || member.email || member.id}</th>
            <td data-l={t("table.email")}>{member.email ?? t("hidden")}</td>
            <td data-l={t("table.roles")}>
              <Roles member={member} />
            </td>
            <td className="r">
              {member.id !== own_id && (
                <ActButton
                  method="delete"
                  path={`/organizations/${organization}/members/${member.id}/`}
                  className="btn quiet"
                  texts={texts}
                  question={{
                    title: t("removeQuestion", { name: fullName(member) || `${member.email}` }),
                    text: t("removeText"),
                    yes: t("removeYes"),
                    no: t("no"),
                  }}
                >
                  {t("remove")}
                  <span className="hide">{t("removeHidden", { name: fullName(member) })}</span>
                </ActButton>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
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
