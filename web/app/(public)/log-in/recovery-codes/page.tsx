import type { Metadata } from "next";
import { cookies } from "next/headers";
import { getTranslations } from "next-intl/server";
import { RECOVERY_COOKIE } from "@/features/account/forms";
import { ServerForm } from "@/features/forms/ServerForm";
import { ownPath } from "@/server/address";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("recovery.title") };
}

export default async function RecoveryCodes({ searchParams }: Properties) {
  const t = await getTranslations("account");
  const codes = (await cookies()).get(RECOVERY_COOKIE)?.value.split(" ");
  const query = await searchParams;
  return (
    <>
      <div className="head">
        <h1>{t("recovery.heading")}</h1>
        <p className="soft">{t("recovery.introduction")}</p>
      </div>
      {codes ? (
        <ul className="list">
          {codes.map((code) => (
            <li key={code} className="mono">
              {code}
            </li>
          ))}
        </ul>
      ) : (
        <p>{t("recovery.shown")}</p>
      )}
      <ServerForm name="recovery-codes-kept" query={query}>
        <input type="hidden" name="next" value={ownPath(query.next, "/")} />
        <button type="submit" className="btn next">
          {t("recovery.goOn")}
        </button>
      </ServerForm>
    </>
  );
}
