import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { MailedToken } from "@/features/account/MailedToken";
import { ServerForm } from "@/features/forms/ServerForm";
import { Note } from "@/features/shell/Note";
import { requireSession } from "@/server/caller";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("verify.title") };
}

export default async function VerifyEmail({ searchParams }: Properties) {
  await requireSession();
  const t = await getTranslations("account");
  const query = await searchParams;
  return (
    <>
      <div className="head">
        <h1>{t("verify.heading")}</h1>
        <p className="soft">{t("verify.introduction")}</p>
      </div>
      {query.done && <Note kind="ok" icon="check" title={t("verify.done")} />}
      {query.sent && (
        <Note kind="ok" icon="sent" title={t("mailSent")}>
          {t("mailSentText")}
        </Note>
      )}
      <MailedToken>
        <ServerForm name="verify-email" query={{}}>
          <input type="hidden" name="token" />
          <button type="submit" className="btn next">
            {t("verify.confirm")}
          </button>
        </ServerForm>
      </MailedToken>
      <ServerForm name="verify-email" query={query}>
        <div className="acts">
          <button type="submit" className="btn">
            {t("verify.submit")}
          </button>
          <a className="btn quiet" href="/">
            {t("verify.goOn")}
          </a>
        </div>
      </ServerForm>
    </>
  );
}
