import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { MailedToken } from "@/features/account/MailedToken";
import { Field } from "@/features/forms/Field";
import { ServerForm } from "@/features/forms/ServerForm";
import { Note } from "@/features/shell/Note";
import { ownPath } from "@/server/address";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("logIn.title") };
}

export default async function LogIn({ searchParams }: Properties) {
  const t = await getTranslations("account");
  const query = await searchParams;
  const next = ownPath(query.next, "");
  return (
    <>
      <div className="head">
        <h1>{t("logIn.heading")}</h1>
        {next && <p className="soft">{t("logIn.leadsBack")}</p>}
      </div>
      {query.changed && <Note kind="ok" icon="check" title={t("logIn.changed")} />}
      <MailedToken>
        <ServerForm name="log-in-by-link" query={{}}>
          <input type="hidden" name="token" />
          <button type="submit" className="btn next">
            {t("logIn.byLink")}
          </button>
        </ServerForm>
      </MailedToken>
      <ServerForm name="log-in" query={query}>
        <input type="hidden" name="next" value={next} />
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
          type="password"
          autoComplete="current-password"
        />
        <div className="acts">
          <button type="submit" className="btn next">
            {t("logIn.submit")}
          </button>
          <a className="btn quiet" href="/sign-up">
            {t("logIn.noAccount")}
          </a>
        </div>
      </ServerForm>
      <ul className="plain">
        <li>
          <a className="btn quiet" href="/reset-password">
            {t("logIn.forgotten")}
          </a>
        </li>
        <li>
          <a className="btn quiet" href="/log-in/link">
            {t("logIn.askForLink")}
          </a>
        </li>
      </ul>
    </>
  );
}
