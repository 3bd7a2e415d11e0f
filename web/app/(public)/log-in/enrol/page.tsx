import type { Metadata } from "next";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { authLoginEnrol } from "@/api/core";
import { CHALLENGE_COOKIE } from "@/features/account/forms";
import { Field } from "@/features/forms/Field";
import { ServerForm } from "@/features/forms/ServerForm";
import { ownPath } from "@/server/address";
import { core } from "@/server/caller";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("enrol.title") };
}

/** For a role that needs a second factor: the log-in goes on once an app is set up. */
export default async function Enrol({ searchParams }: Properties) {
  const t = await getTranslations("account");
  const query = await searchParams;
  const challenge = (await cookies()).get(CHALLENGE_COOKIE)?.value;
  if (!challenge) {
    redirect("/log-in");
  }
  const { data } = await authLoginEnrol({ client: core, body: { challenge } });
  if (!data) {
    redirect("/log-in?problem=challenge_ended");
  }
  return (
    <>
      <div className="head">
        <h1>{t("enrol.heading")}</h1>
        <p className="soft">{t("enrol.introduction")}</p>
      </div>
      <img src={data.qr_svg} alt={t("enrol.picture")} width="200" height="200" />
      <p>
        {t("enrol.key")} <strong className="mono">{data.secret}</strong>
      </p>
      <p>
        <a href={data.otpauth_uri}>{t("enrol.open")}</a>
      </p>
      <ServerForm name="enrol" query={query}>
        <input type="hidden" name="next" value={ownPath(query.next, "")} />
        <Field
          name="code"
          label={t("secondFactor.code")}
          inputMode="numeric"
          autoComplete="one-time-code"
        />
        <button type="submit" className="btn next">
          {t("enrol.submit")}
        </button>
      </ServerForm>
    </>
  );
}
