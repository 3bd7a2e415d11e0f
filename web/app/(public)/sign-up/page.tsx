import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Field } from "@/features/forms/Field";
import { ServerForm } from "@/features/forms/ServerForm";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("signUp.title") };
}

export default async function SignUp({ searchParams }: Properties) {
  const t = await getTranslations("account");
  return (
    <>
      <div className="head">
        <h1>{t("signUp.heading")}</h1>
        <p className="soft">{t("signUp.introduction")}</p>
      </div>
      <ServerForm name="sign-up" query={await searchParams}>
        <div className="two stack">
          <Field name="first_name" label={t("firstName")} autoComplete="given-name" />
          <Field name="last_name" label={t("lastName")} autoComplete="family-name" />
        </div>
        <Field
          name="email"
          label={t("email")}
          type="email"
          inputMode="email"
          autoComplete="email"
        />
        <Field
          name="password"
          label={t("password")}
          hint={t("passwordHint")}
          type="password"
          autoComplete="new-password"
        />
        <div className="acts">
          <button type="submit" className="btn next">
            {t("signUp.submit")}
          </button>
          <a className="btn quiet" href="/log-in">
            {t("signUp.haveAccount")}
          </a>
        </div>
      </ServerForm>
    </>
  );
}
