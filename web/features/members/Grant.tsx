import { getTimeZone, getTranslations } from "next-intl/server";
import { type Role, type ScopeKind, type User, usersList } from "@/api/core";
import { ApiForm } from "@/features/actions/ApiForm";
import { TextField } from "@/features/actions/fields";
import { allPages, type ListResult } from "@/features/learn/catalogue";
import { ProblemState } from "@/features/shell/Problem";
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
    readLearners(),
  ]);
  if (learners.problem) {
    return <ProblemState problem={learners.problem} />;
  }
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
          places={{
            organization: organizations,
            cohort: places.cohorts,
            learner: learners.data.map(optionOf),
          }}
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

/** The learners whom the caller reads, at most as many as `allPages` reads. */
function readLearners(): Promise<ListResult<User>> {
  const about = { role: "learner", ordering: "first_name" } as const;
  return allPages((page) => load(usersList({ client: core, query: { ...about, ...page } })));
}

function optionOf(learner: User): Option {
  const { id, email } = learner;
  const names = [fullName(learner), email ?? `${id}`]; // several may have the same name
  return { value: `${id}`, label: names.filter(Boolean).join(", ") };
}
