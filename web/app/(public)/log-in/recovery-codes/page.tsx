import type { Metadata } from "next";
import { cookies } from "next/headers";
import { getTranslations } from "next-intl/server";
import { RECOVERY_COOKIE } from "@/features/account/forms";
import { ownPath } from "@/server/address";

interface Properties {
  searchParams: Promise<Record<string, string | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("recovery.title") };
}

export default async function RecoveryCodes({ searchParams }: Properties) {
  const t = await getTranslations("account");
  const codes = (await cookies()).get(RECOVERY_COOKIE)?.value.split(" ") ?? [];
  return (
    <>
      <div className="head">
        <h1>{t("recovery.heading")}</h1>
        <p className="soft">{t("recovery.introduction")}</p>
      </div>
      <ul className="list">
        {codes.map((code) => (
          <li key={code} className="mono">
            {code}
          </li>
        ))}
      </ul>
      <a className="btn next" href={ownPath((await searchParams).next, "/")}>
        {t("recovery.goOn")}
      </a>
    </>
  );
}
