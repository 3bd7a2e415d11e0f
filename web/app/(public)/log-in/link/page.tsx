import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Field } from "@/features/forms/Field";
import { ServerForm } from "@/features/forms/ServerForm";
import { Note } from "@/features/shell/Note";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("link.title") };
}

export default async function Page({ searchParams }: Properties) {
  const t = await getTranslations("account");
  const query = await searchParams;
  return (
    <>
      <div className="head">
        <h1>{t("link.heading")}</h1>
        <p className="soft">{t("link.introduction")}</p>
      </div>
      {query.sent && (
        <Note kind="ok" icon="sent" title={t("mailSent")}>
          {t("mailSentText")}
        </Note>
      )}
      <ServerForm name="log-in-link" query={query}>
        <Field
          name="email"
          label={t("email")}
          type="email"
          inputMode="email"
          autoComplete="email"
        />
        <div className="acts">
          <button type="submit" className="btn next">
            {t("link.submit")}
          </button>
          <a className="btn quiet" href="/log-in">
            {t("toLogIn")}
          </a>
        </div>
      </ServerForm>
    </>
  );
}
