import { getTimeZone, getTranslations } from "next-intl/server";
import { type Role, type ScopeKind, type User, usersList } from "@/api/core";
import { ApiForm } from "@/features/actions/ApiForm";
import { TextField } from "@/features/actions/fields";
import { fullName } from "@/features/times/people";
import { times } from "@/features/times/times";
import { core, load } from "@/server/caller";
import { GrantFields } from "./GrantFields";
import type { Option, Places } from "./places";

const SHAPE = {
  role: "text",
  scope: "text",
  organization: "optionalNumber",
  cohort: "optional",
  learner: "optionalNumber",
} as const;
const ROLES: Role[] = ["learner", "mentor", "sponsor"];
const SCOPES = ["organization", "cohort", "learner"] as const satisfies ScopeKind[];

interface Properties {
  user: User;
  organizations: Option[];
  places: Places;
  /** Only admins grant the role of director. */
  isAdmin: boolean;
}

/** Grants a role to a user, somewhere and until a time. */
export async function Grant({ user, organizations, places, isAdmin }: Properties) {
  const [t, all, zone, when, learners] = await Promise.all([
    getTranslations("members.member"),
    getTranslations("members"),
    getTimeZone(),
    times(),
    learnerOptions(),
  ]);
  const roles: Role[] = isAdmin ? [...ROLES, "director"] : ROLES;
  return (
    <section className="card now stack" aria-labelledby="grant">
      <h2 id="grant">{t("grant")}</h2>
      <ApiForm
        path="/memberships/"
        shape={{ ...SHAPE, until: { zone } }}
        fixed={{ user: user.id }}
        submit={t("grantSubmit")}
        className="btn next"
        done={t("granted")}
        keeps
      >
        <GrantFields
          roles={roles.map((value) => ({ value, label: all(`roles.${value}`) }))}
          scopes={SCOPES.map((value) => ({
            value,
            label: t(`scopeNames.${value}`),
            place: t(`placeNames.${value}`),
          }))}
          places={{ organization: organizations, cohort: places.cohorts, learner: learners }}
          texts={{ role: t("role"), scope: t("scope") }}
        />
        <TextField
          id="until"
          name="until"
          type="datetime-local"
          label={all("invite.until")}
          hint={all("invite.untilHint", { zone: when.zoneName() })}
        />
      </ApiForm>
    </section>
  );
}

/** At most a hundred of the learners whom the caller reads. */
async function learnerOptions(): Promise<Option[]> {
  const query = { role: "learner", ordering: "first_name", page_size: 100 } as const;
  const { data } = await load(usersList({ client: core, query }));
  return (data?.results ?? []).map((one) => ({
    value: `${one.id}`,
    label: fullName(one) || (one.email ?? `${one.id}`),
  }));
}
