import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Field } from "@/features/forms/Field";
import { ServerForm } from "@/features/forms/ServerForm";
import { invitationToken } from "@/features/members/forms";
import { fullName } from "@/features/times/people";
import { session } from "@/server/caller";
import { me } from "@/server/me";

interface Properties {
  params: Promise<{ token: string }>;
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("members"))("invitation.title") };
}

export default async function Invitation({ params, searchParams }: Properties) {
  const token = invitationToken((await params).token);
  if (!token) {
    notFound();
  }
  const [t, query, signedIn] = await Promise.all([
    getTranslations("members.invitation"),
    searchParams,
    session(),
  ]);
  return (
    <>
      <div className="head">
        <h1>{t("heading")}</h1>
        <p className="soft">{t("lead")}</p>
      </div>
      {signedIn ? <AsMe token={token} query={query} /> : <NewAccount token={token} query={query} />}
    </>
  );
}

interface FormProperties {
  token: string;
  query: Record<string, string | undefined>;
}

async function AsMe({ token, query }: FormProperties) {
  const [t, user] = await Promise.all([getTranslations("members.invitation"), me()]);
  return (
    <ServerForm name="accept-invitation" query={query}>
      <input type="hidden" name="token" value={token} />
      <p>{t("asMe", { name: fullName(user) || (user.email ?? "") })}</p>
      <div className="acts">
        <button type="submit" className="btn next">
          {t("accept")}
        </button>
        <a className="btn quiet" href="/">
          {t("later")}
        </a>
      </div>
    </ServerForm>
  );
}

async function NewAccount({ token, query }: FormProperties) {
  const [t, account] = [
    await getTranslations("members.invitation"),
    await getTranslations("account"),
  ];
  return (
    <>
      <p>
        {t("haveAccount")}{" "}
        <a href={`/log-in?next=${encodeURIComponent(`/invitations/${token}`)}`}>{t("logIn")}</a>
      </p>
      <ServerForm name="accept-invitation" query={query}>
        <input type="hidden" name="token" value={token} />
        <div className="two stack">
          <Field name="first_name" label={account("firstName")} autoComplete="given-name" />
          <Field name="last_name" label={account("lastName")} autoComplete="family-name" />
        </div>
        <Field
          name="password"
          label={account("password")}
          hint={account("passwordHint")}
          type="password"
          autoComplete="new-password"
        />
        <div className="acts">
          <button type="submit" className="btn next">
            {t("acceptNew")}
          </button>
        </div>
      </ServerForm>
    </>
  );
}
