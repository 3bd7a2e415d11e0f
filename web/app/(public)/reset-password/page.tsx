import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { MailedToken } from "@/features/account/MailedToken";
import { Field } from "@/features/forms/Field";
import { ServerForm } from "@/features/forms/ServerForm";
import { Note } from "@/features/shell/Note";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("reset.title") };
}

export default async function Page({ searchParams }: Properties) {
  const t = await getTranslations("account");
  const query = await searchParams;
  return (
    <>
      <div className="head">
        <h1>{t("reset.heading")}</h1>
        <p className="soft">{t("reset.introduction")}</p>
      </div>
      {query.sent && (
        <Note kind="ok" icon="sent" title={t("mailSent")}>
          {t("mailSentText")}
        </Note>
      )}
      <MailedToken>
        <ServerForm name="new-password" query={{}}>
          <input type="hidden" name="token" />
          <Field
            name="new_password"
            label={t("newPassword")}
            hint={t("passwordHint")}
            type="password"
            autoComplete="new-password"
          />
          <button type="submit" className="btn next">
            {t("reset.choose")}
          </button>
        </ServerForm>
      </MailedToken>
      <ServerForm name="reset-password" query={query}>
        <Field
          name="email"
          label={t("email")}
          type="email"
          inputMode="email"
          autoComplete="email"
        />
        <div className="acts">
          <button type="submit" className="btn next">
            {t("reset.submit")}
          </button>
          <a className="btn quiet" href="/log-in">
            {t("toLogIn")}
          </a>
        </div>
      </ServerForm>
    </>
  );
}
