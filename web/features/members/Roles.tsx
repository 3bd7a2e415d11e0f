import { getTranslations } from "next-intl/server";
import type { Membership, User } from "@/api/core";
import { ActionButton } from "@/features/actions/ActionButton";
import { userNames } from "@/features/times/people";
import { times } from "@/features/times/times";
import type { Places } from "./places";

interface Properties {
  user: User;
  name: string;
  memberships: Membership[];
  places: Places;
}

/** The roles that a user holds, where and until when. */
export async function Roles({ user, name, memberships, places }: Properties) {
  const [t, nameOf] = await Promise.all([
    getTranslations("members.member"),
    userNames(memberships.map(({ learner }) => learner)),
  ]);
  const placeOf = (membership: Membership) =>
    membership.learner === null ? places.nameOf(membership) : nameOf(membership.learner);
  return (
    <section className="stack" aria-labelledby="roles">
      <h2 id="roles">{t("roles")}</h2>
      {memberships.length === 0 && <p>{t("none")}</p>}
      <ul className="list">
        {memberships.map((one) => (
          <li key={one.id}>
            <Role membership={one} user={user} name={name} place={placeOf(one)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Whether a membership follows from the user's main role, as core decides it. */
function isMain({ role, scope, organization }: Membership, user: User): boolean {
  const isThere = scope === "platform" || organization === user.organization;
  return role === user.role && isThere && ["platform", "organization"].includes(scope);
}

interface RoleProperties {
  membership: Membership;
  user: User;
  name: string;
  place: string;
}

async function Role({ membership, user, name, place }: RoleProperties) {
  const [t, all, when] = await Promise.all([
    getTranslations("members.member"),
    getTranslations("members"),
    times(),
  ]);
  const { id, scope, until, created_at } = membership;
  const role = all(`roles.${membership.role}`);
  const facts = [
    t(`scopes.${scope}`, { place }),
    t("since", { date: when.date(created_at) }),
    until && t("until", { moment: when.moment(until), zone: when.zoneName() }),
  ];
  return (
    <div className="row apart">
      <div>
        <h3>{role}</h3>
        <p className="meta">{facts.filter(Boolean).join(", ")}</p>
        {isMain(membership, user) && <p className="small">{t("main")}</p>}
      </div>
      {!isMain(membership, user) && (
        <ActionButton
          method="delete"
          path={`/memberships/${id}/`}
          className="btn quiet"
          question={{
            title: t("revokeQuestion", { role, name }),
            text: t("revokeText"),
            yes: t("revokeYes"),
            no: all("no"),
          }}
        >
          {t("revoke")}
          <span className="hide">
            : {role}, {place}
          </span>
        </ActionButton>
      )}
    </div>
  );
}
