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
  return { title: (await getTranslations("guardian"))("title") };
}

/** For a parent or guardian, who has no account. */
export default async function Guardian({ searchParams }: Properties) {
  const [t, account] = [await getTranslations("guardian"), await getTranslations("account")];
  const query = await searchParams;
  return (
    <>
      <div className="head">
        <h1>{t("heading")}</h1>
        <p className="soft">{t("introduction")}</p>
      </div>
      {query.answered && (
        <Note
          kind="ok"
          icon="check"
          title={query.answered === "yes" ? t("consented") : t("refused")}
        >
          {t("change")}
        </Note>
      )}
      {query.sent && (
        <Note kind="ok" icon="sent" title={account("mailSent")}>
          {t("mailSentText")}
        </Note>
      )}
      <MailedToken>
        <ServerForm name="guardian-answer" query={{}}>
          <input type="hidden" name="token" />
          <p>{t("question")}</p>
          <fieldset className="choices">
            <legend className="hide">{t("question")}</legend>
            <label className="choice">
              <input type="radio" name="given" value="yes" required />
              <span>{t("yes")}</span>
            </label>
            <label className="choice">
              <input type="radio" name="given" value="no" />
              <span>{t("no")}</span>
            </label>
          </fieldset>
          <button type="submit" className="btn next">
            {t("submit")}
          </button>
        </ServerForm>
      </MailedToken>
      <section className="stack" aria-labelledby="another">
        <h2 id="another">{t("another")}</h2>
        <ServerForm name="guardian-link" query={query}>
          <Field
            name="email"
            label={t("email")}
            type="email"
            inputMode="email"
            autoComplete="email"
          />
          <button type="submit" className="btn">
            {t("ask")}
          </button>
        </ServerForm>
      </section>
    </>
  );
}
