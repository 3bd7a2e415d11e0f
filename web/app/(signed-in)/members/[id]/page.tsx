import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { type User, usersRead } from "@/api/core";
import { Grant } from "@/features/members/Grant";
import { managedOrganizations, membershipsOf } from "@/features/members/organizations";
import { readPlaces } from "@/features/members/places";
import { Roles } from "@/features/members/Roles";
import { ProblemState } from "@/features/shell/Problem";
import { fullName } from "@/features/times/people";
import { core, load } from "@/server/caller";
import { me } from "@/server/me";

interface Properties {
  params: Promise<{ id: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("members.member"))("title") };
}

/** A member's roles: what they hold, and what is granted to them. */
export default async function MemberPage({ params }: Properties) {
  const id = Number((await params).id);
  if (!Number.isSafeInteger(id) || id < 1) {
    return notFound();
  }
  const [user, memberships, managed, places, caller] = await Promise.all([
    load(usersRead({ client: core, path: { user_id: id } })),
    membershipsOf(id),
    managedOrganizations(),
    readPlaces(),
    me(),
  ]);
  if (user.problem?.status === 404) {
    return notFound();
  }
  if (user.problem) {
    return <ProblemState problem={user.problem} level={1} />;
  }
  const problem = managed.problem ?? places.problem;
  const name = fullName(user.data) || (user.data.email ?? `${id}`);
  const organizations = managed.organizations.map((one) => ({
    value: `${one.id}`,
    label: one.name,
  }));
  return (
    <>
      <Head user={user.data} name={name} />
      <div className="cols stack wide">
        {memberships.problem ? (
          <ProblemState problem={memberships.problem} />
        ) : (
          <Roles user={user.data} name={name} memberships={memberships.data} places={places} />
        )}
        {problem && <ProblemState problem={problem} />}
        {!problem && organizations.length > 0 && (
          <Grant
            user={user.data}
            organizations={organizations}
            places={places}
            isAdmin={caller.role === "admin"}
          />
        )}
      </div>
    </>
  );
}

async function Head({ user, name }: { user: User; name: string }) {
  const t = await getTranslations("members");
  return (
    <div className="head">
      <p className="row small">
        <a href="/members">{t("title")}</a>
      </p>
      <h1>{name}</h1>
      <p className="soft">
        {t("member.lead", { role: t(`roles.${user.role}`), email: user.email ?? t("hidden") })}
      </p>
    </div>
  );
}
