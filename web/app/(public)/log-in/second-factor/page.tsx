import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Field } from "@/features/forms/Field";
import { ServerForm } from "@/features/forms/ServerForm";
import { ownPath } from "@/server/address";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("secondFactor.title") };
}

export default async function SecondFactor({ searchParams }: Properties) {
  const t = await getTranslations("account");
  const query = await searchParams;
  return (
    <>
      <div className="head">
        <h1>{t("secondFactor.heading")}</h1>
        <p className="soft">{t("secondFactor.introduction")}</p>
      </div>
      <ServerForm name="second-factor" query={query}>
        <input type="hidden" name="next" value={ownPath(query.next, "")} />
        <Field
          name="code"
          label={t("secondFactor.code")}
          hint={t("secondFactor.hint")}
          inputMode="text"
          autoComplete="one-time-code"
        />
        <div className="acts">
          <button type="submit" className="btn next">
            {t("logIn.submit")}
          </button>
          <a className="btn quiet" href="/log-in">
            {t("secondFactor.again")}
          </a>
        </div>
      </ServerForm>
    </>
  );
}
